// The documented order of summation (docs/numerics.md), written out plainly, against the kernels,
// bit for bit; and groups around the borders of lanes and blocks.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "core/kernels/apply.h"
#include "core/kernels/exact_sum.h"
#include "core/kernels/moments.h"
#include "core/kernels/rank.h"
#include "tests/core/documented_order.h"
#include "tests/core/every_target.h"
#include "tests/core/reward_check.h"

namespace advantaged::testing {
namespace {

TEST(Summation, MomentsFollowTheDocumentedOrderBitForBit) {
  OnEveryTarget([] {
    for (const std::size_t n : Sizes()) {
      const Floats rewards = DrawMagnitudes(n, static_cast<unsigned>(n));
      const Moments expected = DocumentedMoments(rewards);
      const Moments actual = ComputeMoments(rewards);
      EXPECT_EQ(actual.n, expected.n);
      EXPECT_EQ(BitsOf64(actual.mean), BitsOf64(expected.mean)) << n;
      EXPECT_EQ(BitsOf64(actual.residual), BitsOf64(expected.residual)) << n;
      EXPECT_EQ(BitsOf64(actual.centred_squares), BitsOf64(expected.centred_squares)) << n;
    }
  });
}

// The test above has teeth only if another order gives other bits.
TEST(Summation, AnotherOrderGivesOtherBits) {
  const Floats rewards = DrawMagnitudes(100000, 1);
  const Doubles terms(rewards.begin(), rewards.end());
  EXPECT_NE(BitsOf64(DocumentedSum(terms)),
            BitsOf64(std::accumulate(terms.begin(), terms.end(), 0.0)));
}

TEST(Summation, ExactSumIsExact) {
  std::mt19937 random(8);
  for (int round = 0; round < 2000; ++round) {
    Floats values;
    const std::size_t n = random() % 40 + 1;
    while (values.size() < n) {
      const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
      if (std::isfinite(value)) values.push_back(value);
      if (random() % 2 == 0 && !values.empty()) values.push_back(-values[random() % values.size()]);
    }
    reference::Real exact = 0;
    for (const float v : values) exact += reference::Real(v);
    const double actual = ExactSum(values);
    ASSERT_EQ(actual > 0, exact > 0);
    ASSERT_EQ(actual < 0, exact < 0);
    const double near = reference::ToDouble(exact);
    ASSERT_LE(std::abs(actual - near), std::abs(near) * 0x1p-52);
  }
}

TEST(Summation, ACarriedSumKeepsWhatADoubleLoses) {
  CarriedSum sum;
  sum.Add(1e16);
  for (int i = 0; i < 1000; ++i) sum.Add(0.5);
  sum.Add(-1e16);
  EXPECT_EQ(sum.Value(), 500);
}

TEST(Summation, FirstNonFiniteFindsTheFirst) {
  OnEveryTarget([] {
    for (const std::size_t n : {1U, 8U, 9U, 100U, 300U, 1000U}) {
      Floats values(n, std::numeric_limits<float>::max());
      EXPECT_EQ(FirstNonFinite(values), n);
      values[n - 1] = std::numeric_limits<float>::quiet_NaN();
      EXPECT_EQ(FirstNonFinite(values), n - 1);
      values[n / 2] = -std::numeric_limits<float>::infinity();
      EXPECT_EQ(FirstNonFinite(values), n / 2);
    }
  });
}

TEST(Borders, RewardMethodsAreWithinTheBoundAroundLanesAndBlocks) {
  for (const std::size_t n : {7U, 8U, 9U, 4095U, 4096U, 4097U, 8193U, 100000U}) {
    const Floats rewards = Draw(n, 77);
    for (const char* method : {"reinforce", "rloo", "grpo", "dr_grpo", "max_rl"}) {
      CheckRewards({method, {}}, {rewards}, "n = " + std::to_string(n));
    }
  }
}

// Above n = 4096 no table is built; both roads give one result.
TEST(Borders, OutcomeMethodsAreWithinHalfUlpAroundTheLargestTable) {
  for (const int n : {4095, 4096, 4097, 5000}) {
    for (const int k : {1, 2, 16, n / 2, n}) {
      for (const int c : {0, 1, 2, 40, n / 2, n - 1, n}) {
        for (const char* method :
             {"pass_at_k_rloo", "pass_at_k_grpo", "pass_at_k_shaped", "combined_direct"}) {
          const MethodSpec spec{method, {{"k", Whole(k)}}};
          Call call = OneGroup(spec, Outcomes(n, c));
          call.options.per_group = true;
          const Floats pair = AdvantagesOf(call);
          const reference::Sides exact = reference::OutcomeMethod(spec, n, c);
          EXPECT_LE(reference::ErrorInUlps(pair[0], exact.correct), 0.51)
              << Describe(spec) << ", n = " << n << ", c = " << c;
          EXPECT_LE(reference::ErrorInUlps(pair[1], exact.wrong), 0.51)
              << Describe(spec) << ", n = " << n << ", c = " << c;
        }
      }
    }
  }
}

TEST(Borders, TheLargestGroupWorksAndOneMoreIsRefused) {
  const auto group = [](std::uint32_t n, const MethodSpec& spec) {
    Call call = OneGroup(spec, Floats(n, 0.0F));
    call.rewards[0] = 1;
    return call;
  };
  for (const char* method : {"grpo", "pass_at_k_grpo", "max_at_k"}) {
    MethodSpec spec{method, {}};
    if (spec.name != "grpo") spec.parameters["k"] = Whole(1 << 20);
    const Result result = group(1U << 20, spec).Run();
    ASSERT_TRUE(result.ok()) << method << Describe(result);
    EXPECT_EQ(result.groups[0].n, 1U << 20);
    const Result refused = group((1U << 20) + 1, spec).Run();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.violations.listed()[0].field, "group_size");
  }
  Call sizes = group((1U << 20) + 1, {"grpo", {}});
  sizes.group_size.reset();
  sizes.group_sizes = {(1U << 20) + 1};
  EXPECT_EQ(sizes.Run().violations.listed().at(0).field, "group_sizes[0]");
  Call ids = sizes;
  ids.group_sizes.clear();
  ids.group_ids.assign((1U << 20) + 1, 5);
  EXPECT_EQ(ids.Run().violations.listed().at(0).field, "group_ids");
}

TEST(Borders, TheLargestGroupOfRealRewards) {
  Floats rewards = Draw(1U << 20, 3);
  for (float& r : rewards) r += 1e4F;
  CheckRewards({"grpo", {}}, {rewards}, "n = 1,048,576");
}

}  // namespace
}  // namespace advantaged::testing
