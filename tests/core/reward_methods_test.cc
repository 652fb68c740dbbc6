// Methods on real rewards against 100-digit values: |A − A*| ≤ 0.51 ulp(A*) + 2^-40 max |A*|, for
// random groups of many sizes and for groups made to break the arithmetic.

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/core/reward_check.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

using reference::RewardInput;

// Every method on rewards with a spread of parameters.
std::vector<MethodSpec> RewardSpecs(int n) {
  std::vector<MethodSpec> specs;
  for (const MethodRow* row : MethodTable()) {
    if (row->input != MethodInput::kRewards) continue;
    for (const MethodSpec& spec : SpecsOf(*row, n)) specs.push_back(spec);
  }
  for (const double epsilon : {1e-8, 1e-4}) {
    specs.push_back({"grpo", {{"epsilon", epsilon}, {"ddof", Whole(1)}}});
  }
  if (n > 8) {
    for (const char* variant : {"plain", "leave_one_out", "leave_one_out_minus_one"}) {
      specs.push_back({"max_at_k", {{"k", Whole(n / 2)}, {"variant", std::string(variant)}}});
    }
  }
  return specs;
}

// Lengths of tokens: short, long, 0, and as large as they get.
std::vector<std::uint32_t> SomeLengths(std::size_t n) {
  static constexpr std::uint32_t kLengths[] = {512, 0, 1, 4294967295U, 77, 8191, 4294967295U, 3};
  std::vector<std::uint32_t> lengths;
  for (std::size_t i = 0; i < n; ++i) lengths.push_back(kLengths[i % 8]);
  return lengths;
}

void CheckAll(const Floats& rewards, const std::string& where) {
  for (const MethodSpec& spec : RewardSpecs(static_cast<int>(rewards.size()))) {
    RewardInput input{rewards};
    if (FindMethod(spec.name)->needs_lengths) input.lengths = SomeLengths(rewards.size());
    CheckRewards(spec, input, where);
  }
}

Floats Draw(std::size_t n, std::mt19937& random, auto&& distribution) {
  Floats rewards;
  for (std::size_t i = 0; i < n; ++i) rewards.push_back(static_cast<float>(distribution(random)));
  return rewards;
}

TEST(RewardMethods, RandomGroupsAreWithinTheBound) {
  std::mt19937 random(20251);
  std::vector<std::size_t> sizes = {64, 100, 255, 1000};
  for (std::size_t n = 3; n <= 24; ++n) sizes.push_back(n);
  for (const std::size_t n : sizes) {
    const std::string where = "n = " + std::to_string(n);
    CheckAll(Draw(n, random, std::normal_distribution<>(0, 1)), where + ", normal");
    CheckAll(Draw(n, random, std::uniform_real_distribution<>(0.6, 0.7)), where + ", uniform");
    CheckAll(Draw(n, random, std::uniform_int_distribution<>(-1, 2)), where + ", few values");
  }
}

TEST(RewardMethods, LargeGroupsAreWithinTheBound) {
  std::mt19937 random(7);
  CheckAll(Draw(4099, random, std::normal_distribution<>(3, 1)), "n = 4099, normal");
  CheckAll(Draw(5000, random, std::exponential_distribution<>(1)), "n = 5000, exponential");
}

TEST(RewardMethods, PairsAreWithinTheBound) {
  for (const MethodSpec& spec :
       {MethodSpec{"rloo", {}}, MethodSpec{"grpo", {}}, MethodSpec{"grpo", {{"ddof", Whole(1)}}},
        MethodSpec{"dr_grpo", {}}, MethodSpec{"max_rl", {}}}) {
    CheckRewards(spec, {{0.1F, 0.7F}}, "two");
    CheckRewards(spec, {{0.1F, 0.10000001F}}, "two neighbours");
    CheckRewards(spec, {{-1e30F, 1e30F}}, "two large");
    CheckRewards(spec, {{0, 1e-45F}}, "the smallest");
  }
}

TEST(RewardMethods, OffsetsAreWithinTheBound) {
  std::mt19937 random(3);
  for (const std::size_t n : {3U, 7U, 16U, 100U, 1001U}) {
    for (const float offset : {8388608.0F, -8388608.0F, 16777214.0F, 1e6F}) {
      Floats rewards = Draw(n, random, std::uniform_int_distribution<>(0, 1));
      rewards[0] = 0;
      rewards[1] = 1;
      for (float& r : rewards) r += offset;
      CheckAll(rewards, "offset " + std::to_string(offset) + ", n = " + std::to_string(n));
    }
  }
}

// Neighbouring floats: the mean lies between them, where a double of their size has few digits
// left.
TEST(RewardMethods, NeighbouringFloatsAreWithinTheBound) {
  for (const float value : {1e30F, -1e30F, 1.0F, 0.1F, 3e38F, 1e-37F, 16777216.0F}) {
    const float next = std::nextafterf(value, std::numeric_limits<float>::infinity());
    for (const std::size_t n : {3U, 5U, 12U, 97U}) {
      Floats rewards(n, value);
      rewards[n / 2] = next;
      CheckAll(rewards, "one neighbour of " + std::to_string(value) + ", n = " + std::to_string(n));
      for (std::size_t i = 0; i < n; i += 2) rewards[i] = next;
      CheckAll(rewards, "neighbours of " + std::to_string(value) + ", n = " + std::to_string(n));
    }
  }
}

TEST(RewardMethods, DenormalsAreWithinTheBound) {
  std::mt19937 random(5);
  for (const std::size_t n : {3U, 8U, 33U}) {
    Floats rewards = Draw(n, random, std::uniform_int_distribution<>(0, 9));
    rewards[0] = 11;
    for (float& r : rewards) r *= 1e-45F;
    CheckAll(rewards, "denormals, n = " + std::to_string(n));
    rewards[1] = 1e-38F;
    CheckAll(rewards, "denormals and a normal one, n = " + std::to_string(n));
  }
}

TEST(RewardMethods, MixedMagnitudesAreWithinTheBound) {
  std::mt19937 random(11);
  for (const std::size_t n : {3U, 8U, 50U, 700U}) {
    const auto magnitudes = [](std::mt19937& r) {
      const double exponent = std::uniform_real_distribution<>(-30, 30)(r);
      return (r() % 2 == 0 ? 1 : -1) * std::pow(10, exponent);
    };
    for (int round = 0; round < 5; ++round) {
      CheckAll(Draw(n, random, magnitudes), "1e-30 … 1e30, n = " + std::to_string(n));
    }
  }
  CheckAll({1e30F, -1e30F, 1e30F, -1e30F, 1}, "large ones that cancel");
  CheckAll({1e30F, -1e30F, 1e-30F}, "large ones that cancel, a small one left");
  CheckAll({3.4e38F, 3.4e38F, 3.4e38F, -3.4e38F}, "near the end of float32");
}

// MaxRL divides by the mean and asks for its sign, which survive only in an exact sum.
TEST(RewardMethods, MaxRlIsWithinTheBoundWhereSignsCancel) {
  const std::vector<Floats> groups = {{1e30F, -1e30F, 1e15F},
                                      {1e30F, 1e10F, -1e30F, -9.999999e9F},
                                      {1e30F, -1e30F, -1, 2},
                                      {1e20F, 1, -1e20F, 1, 1e-20F},
                                      {3, -1, -1, -1},  // mean exactly 0
                                      {1, 2, -4},       // mean below 0
                                      {1e30F, -1e30F, -1e-20F, 1e-30F},
                                      {0.1F, 0.2F, -0.3F},
                                      {16777216, 1, -16777216, -0.5F, 0.25F}};
  for (const Floats& rewards : groups) {
    CheckRewards({"max_rl", {}}, {rewards}, std::to_string(rewards[0]));
  }
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    Floats rewards = Draw(9, random, std::normal_distribution<>(0, 1e6));
    for (std::size_t i = 0; i < 9; ++i) rewards.push_back(-rewards[i]);
    rewards.push_back(static_cast<float>(std::pow(10, round % 9 - 4)));
    CheckRewards({"max_rl", {}}, {rewards}, "cancelling pairs");
  }
}

TEST(RewardMethods, MaxRlIsZeroWhereTheMeanIsNotPositive) {
  for (const Floats& rewards :
       {Floats{3, -1, -1, -1}, Floats{1, 2, -4}, Floats{1e30F, -1e30F, -1e-30F}}) {
    for (const float a : AdvantagesOf({"max_rl", {}}, rewards)) EXPECT_EQ(a, 0.0F);
  }
}

// With a large K every maximum is near the largest reward, and the advantages are the small
// differences.
TEST(RewardMethods, MaxAtKIsWithinTheBoundOnAnOffset) {
  std::mt19937 random(23);
  for (const std::size_t n : {50U, 1000U, 5000U}) {
    Floats rewards = Draw(n, random, std::normal_distribution<>(1e6, 1));
    for (const std::size_t k : {std::size_t{2}, std::size_t{49}, n / 3, n / 2, n - 1}) {
      for (const char* variant : {"plain", "leave_one_out", "leave_one_out_minus_one"}) {
        CheckRewards(
            {"max_at_k",
             {{"k", Whole(static_cast<std::int64_t>(k))}, {"variant", std::string(variant)}}},
            {rewards}, "offset, n = " + std::to_string(n));
      }
    }
  }
}

TEST(RewardMethods, OpoIsWithinTheBoundForEveryKindOfLength) {
  std::mt19937 random(17);
  for (const std::size_t n : {2U, 5U, 64U, 1000U, 5000U}) {
    for (const std::uint32_t most : {1U, 4096U, 4294967295U}) {
      for (const float offset : {0.0F, 100.0F, 1e6F}) {
        RewardInput input{Draw(n, random, std::normal_distribution<>(offset, 1))};
        for (std::size_t i = 0; i < n; ++i) {
          input.lengths.push_back(std::uniform_int_distribution<std::uint32_t>(0, most)(random));
        }
        input.lengths[0] = most;
        CheckRewards({"opo", {}}, input,
                     "n = " + std::to_string(n) + ", L to " + std::to_string(most));
      }
    }
  }
  CheckRewards({"opo", {}}, {{1e-30F, 1e30F, 5}, {}, {1000000, 0, 1}},
               "all weight on the small one");
  CheckRewards({"opo", {}}, {{1, 0, 0, 1}, {}, {3, 0, 0, 4}}, "binary");
}

TEST(RewardMethods, LargestGroupsOfNeighboursAreWithinTheBound) {
  Floats rewards(300000, 0.1F);
  for (std::size_t i = 0; i < rewards.size(); i += 3) rewards[i] = std::nextafterf(0.1F, 1);
  for (const char* method : {"rloo", "grpo", "dr_grpo", "max_rl"}) {
    CheckRewards({method, {}}, {rewards}, "300,000 responses");
  }
}

}  // namespace
}  // namespace advantaged::testing
