// The kernels of core/kernels/rank.h, for a group alone and for groups abreast, against sorting and
// summing plainly; and max@K of many groups against the same of each.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/kernels/rank.h"
#include "core/methods/method_table.h"
#include "core/methods/resolve.h"
#include "tests/core/documented_order.h"
#include "tests/core/every_target.h"
#include "tests/core/reward_check.h"

namespace advantaged::testing {
namespace {

// Of any magnitude and sign, with ties within and across groups, −0 and 0.
Floats DrawForRanks(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  Floats rewards = Draw(size, seed);
  for (float& r : rewards) {
    switch (random() % 8) {
      case 0:
      case 1:
      case 2:
        r = std::round(r);
        break;
      case 3:
        r *= std::numeric_limits<float>::denorm_min();
        break;
      case 4:
        r = std::copysign(std::numeric_limits<float>::max(), r);
        break;
      default:
        break;
    }
  }
  return rewards;
}

// All small sizes, and those around the changes from one way of sorting to another.
std::vector<std::size_t> RankedSizes() {
  std::vector<std::size_t> sizes(40);
  std::iota(sizes.begin(), sizes.end(), std::size_t{1});
  for (const std::size_t border : {64U, 96U, 128U, 256U, 512U, 1024U}) {
    sizes.insert(sizes.end(), {border - 1, border, border + 1});
  }
  return sizes;
}

constexpr std::size_t kCounts[] = {1, 2, 3, 4, 5, 8, 9, 19};

void ExpectStableOrder(const GroupPlaces& groups, const Ranked& sorted) {
  const std::size_t n = groups.uniform_size();
  const float* rewards = groups.begin(0);
  ASSERT_EQ(sorted.n, n);
  ASSERT_GE(sorted.groups, 1U);
  ASSERT_LE(sorted.groups, std::min(sorted.width, groups.count()));
  std::vector<std::uint32_t> expected(n);
  for (std::size_t group = 0; group < sorted.groups; ++group) {
    const auto first = static_cast<std::uint32_t>(group * n);
    std::iota(expected.begin(), expected.end(), first);
    std::ranges::stable_sort(expected, {}, [&](std::uint32_t i) { return rewards[i]; });
    for (std::size_t rank = 0; rank < n; ++rank) {
      const std::size_t at = rank * sorted.width + group;
      ASSERT_EQ(sorted.place[at], expected[rank]) << n << ", group " << group;
      ASSERT_EQ(sorted.reward[at], rewards[expected[rank]]) << n;
    }
  }
}

TEST(Rank, SortsStably) {
  OnEveryTarget([] {
    RankMemory memory;
    for (const std::size_t n : RankedSizes()) {
      for (const std::size_t count : kCounts) {
        const Floats rewards = DrawForRanks(n * count, static_cast<unsigned>(n + count));
        const GroupPlaces groups(rewards, n);
        SortAbreast(groups, 0, memory);
        ExpectStableOrder(groups, memory.sorted);
        if (HasFatalFailure()) return;
      }
    }
    const Floats large = DrawForRanks(70000, 1);
    const GroupPlaces one_group(large, large.size());
    SortAbreast(one_group, 0, memory);
    ExpectStableOrder(one_group, memory.sorted);
  });
}

// Otherwise the tests of groups abreast would pass without any.
TEST(Rank, SmallGroupsGoAbreastWhereThereAreLanes) {
  OnEveryTarget([] {
    RankMemory memory;
    const Floats rewards(64);
    SortAbreast({rewards, 16}, 0, memory);
    EXPECT_EQ(memory.sorted.groups > 1, KernelTarget() != "SCALAR");
  });
}

// The doubles of tied ranks differ in their last bits, which shows in a float32 too rarely to be
// found from outside.
TEST(Rank, TiesAllGetTheValueOfTheLastOfThem) {
  OnEveryTarget([] {
    RankMemory memory;
    for (const std::size_t count : kCounts) {
      Floats rewards;
      Doubles expected;
      for (std::size_t group = 0; group < count; ++group) {
        // Every other group has no ties, but a reward at each rank that its neighbour has too.
        const bool tied = group % 2 == 0;
        const Floats r = tied ? Floats({2, 1, 2, 1, 3, -0.0F, 0}) : Floats({6, 5, 4, 3, 2, 1, 0});
        const Doubles v =
            tied ? Doubles({30, 26, 30, 26, 32, 22, 22}) : Doubles({32, 30, 28, 26, 24, 22, 20});
        rewards.insert(rewards.end(), r.begin(), r.end());
        expected.insert(expected.end(), v.begin(), v.end());
      }
      Doubles out(rewards.size());
      for (std::size_t group = 0; group < count; group += memory.sorted.groups) {
        SortAbreast({rewards, 7}, group, memory);
        Doubles value_of_rank(memory.sorted.reward.size());
        for (std::size_t i = 0; i < value_of_rank.size(); ++i) {
          const std::size_t rank = i / memory.sorted.width;
          value_of_rank[i] = 10 + static_cast<double>(rank);
        }
        ScatterByRank(memory.sorted, value_of_rank, 2, std::span(out).subspan(7 * group));
      }
      EXPECT_EQ(out, expected) << count;
    }
  });
}

TEST(Rank, SumsCarryTwiceTheDigitsInEveryLane) {
  OnEveryTarget([] {
    RankMemory memory;
    const std::size_t n = 37;
    const Floats drawn = DrawMagnitudes(19 * n, 3);
    for (const std::size_t count : kCounts) {
      SortAbreast({std::span(drawn).first(count * n), n}, 0, memory);
      const std::size_t width = memory.sorted.width;
      const Floats passed_floats = Draw(n, 4);
      const Floats own_floats = Draw(n, 5);
      const Doubles passed(passed_floats.begin(), passed_floats.end());
      const Doubles own(own_floats.begin(), own_floats.end());
      for (const From from : {From::kBottom, From::kTop}) {
        Doubles with_own(n * width);
        Doubles without(n * width);
        SumByRank({from, width, memory.sorted.reward, passed, own, with_own});
        SumByRank({from, width, memory.sorted.reward, passed, {}, without});
        for (std::size_t lane = 0; lane < memory.sorted.groups; ++lane) {
          CarriedSum before;
          for (std::size_t i = 0; i < n; ++i) {
            const std::size_t rank = from == From::kBottom ? i : n - 1 - i;
            const std::size_t at = rank * width + lane;
            CarriedSum all = before;
            all.Add(own[rank] * memory.sorted.reward[at]);
            ASSERT_EQ(BitsOf64(with_own[at]), BitsOf64(all.Value()));
            ASSERT_EQ(BitsOf64(without[at]), BitsOf64(before.Value()));
            before.Add(passed[rank] * memory.sorted.reward[at]);
          }
        }
      }
    }
  });
}

constexpr const char* kVariants[] = {"plain", "leave_one_out", "leave_one_out_minus_one"};

// Advantages of max@K in double, by one call for all groups.
Doubles MaxAtK(const MethodSpec& spec, const GroupPlaces& groups, RankMemory& memory) {
  Violations violations;
  const ResolvedMethod method = ResolveMethod(spec, violations);
  EXPECT_TRUE(violations.empty());
  Doubles advantages(groups.responses());
  method.row->rank(groups, method.parameters, memory, advantages);
  return advantages;
}

std::vector<std::uint64_t> BitsOf64(const Doubles& values) {
  std::vector<std::uint64_t> bits;
  for (const double v : values) bits.push_back(testing::BitsOf64(v));
  return bits;
}

TEST(Rank, ManyGroupsGetTheBitsOfEachAlone) {
  for (const std::size_t n : RankedSizes()) {
    const Floats rewards = DrawForRanks(19 * n, static_cast<unsigned>(n));
    for (const char* variant : kVariants) {
      for (const std::size_t k : {std::size_t{1}, std::size_t{3}, n - 1, n}) {
        if (k < 1 || k > n || (k == n && variant == kVariants[1])) continue;
        const MethodSpec spec{
            "max_at_k",
            {{"k", static_cast<double>(k)}, {"variant", variant}, {"scale", "unbiased"}}};
        RankMemory memory;
        UseKernelTarget(ScalarKernelTarget());
        Doubles each;
        for (std::size_t group = 0; group < 19; ++group) {
          const Doubles one = MaxAtK(spec, {std::span(rewards).subspan(group * n, n), n}, memory);
          each.insert(each.end(), one.begin(), one.end());
        }
        OnEveryTarget([&] {
          ASSERT_EQ(BitsOf64(MaxAtK(spec, {rewards, n}, memory)), BitsOf64(each))
              << n << " " << Describe(spec);
          // With lanes left over, and alone.
          for (const std::size_t count : {1U, 3U}) {
            const Doubles first(each.begin(), each.begin() + static_cast<int>(count * n));
            ASSERT_EQ(BitsOf64(MaxAtK(spec, {std::span(rewards).first(count * n), n}, memory)),
                      BitsOf64(first))
                << n << " " << Describe(spec);
          }
        });
      }
    }
  }
}

TEST(Rank, ManyGroupsAreWithinTheBound) {
  const std::size_t count = 9;
  for (std::size_t n = 1; n <= 40; ++n) {
    Floats rewards = Draw(count * n, static_cast<unsigned>(n));
    for (std::size_t i = 0; i < rewards.size(); i += 3) rewards[i] = std::round(rewards[i]);
    for (const char* variant : kVariants) {
      const std::size_t k = (n + 1) / 2;
      if (k == n && variant == kVariants[1]) continue;
      const MethodSpec spec{"max_at_k", {{"k", static_cast<double>(k)}, {"variant", variant}}};
      RankMemory memory;
      const Doubles advantages = MaxAtK(spec, {rewards, n}, memory);
      for (std::size_t group = 0; group < count; ++group) {
        const auto begin = rewards.begin() + static_cast<int>(group * n);
        const std::vector<reference::Real> exact =
            reference::RewardMethod(spec, {Floats(begin, begin + static_cast<int>(n))});
        const reference::Real largest = reference::LargestMagnitude(exact);
        for (std::size_t i = 0; i < n; ++i) {
          const auto rounded = static_cast<float>(advantages[group * n + i]);
          ASSERT_LE(std::abs(reference::ToDouble(exact[i] - reference::Real(rounded))),
                    reference::RewardBound(exact[i], largest))
              << n << " " << Describe(spec);
        }
      }
    }
  }
}

}  // namespace
}  // namespace advantaged::testing
