// Properties that any implementation of these methods has, one test each.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/core/specs.h"
#include "tests/reference/outcome_methods.h"

namespace advantaged::testing {
namespace {

constexpr int kSize = 9;
const Floats kRewards = {0.3F, -1.5F, 2, 0.3F, 7.25F, -0.01F, 1e-3F, 4, 4};
const std::vector<int> kOutcomes = {0, 0, 1, 0, 1, 0, 0, 1, 1};

Floats OfOutcomes(const MethodSpec& spec, int n, int c) {
  return AdvantagesOf(CallFor(spec, Outcomes(n, c)));
}

// A call of the spec on kRewards: shaped by kOutcomes if the method works on outcomes, nothing if
// it cannot be.
std::optional<Call> RealRewards(const MethodSpec& spec) {
  Call call = CallFor(spec, kRewards);
  if (WorksOnRewards(spec)) return call;
  if (!ShapesRewards(spec)) return std::nullopt;
  call.outcomes = Bitmap(kOutcomes);
  call.options.shape_rewards = true;
  return call;
}

void ExpectEqual(const MethodSpec& a, const MethodSpec& b) {
  for (const int n : {2, 3, 8, 33, 64, 1024}) {
    for (int c = 0; c <= n; c += n > 64 ? 37 : 1) {
      EXPECT_EQ(BitsOf(OfOutcomes(a, n, c)), BitsOf(OfOutcomes(b, n, c)))
          << Describe(a) << " and " << Describe(b) << ", n = " << n << ", c = " << c;
    }
  }
}

TEST(Properties, PermutingAGroupPermutesItsAdvantages) {
  std::mt19937 random(1);
  std::vector<std::size_t> order(kSize);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const MethodSpec& spec : EverySpec(kSize)) {
    const bool lengths = FindMethod(spec.name)->needs_lengths;
    for (int c = 0; c <= kSize; ++c) {
      const Call call = CallFor(spec, Outcomes(kSize, c));
      const Floats before = AdvantagesOf(call);
      std::shuffle(order.begin(), order.end(), random);
      Call shuffled = call;
      for (std::size_t i = 0; i < order.size(); ++i) {
        shuffled.rewards[i] = call.rewards[order[i]];
        if (lengths) shuffled.lengths[i] = call.lengths[order[i]];
      }
      const Floats after = AdvantagesOf(shuffled);
      for (std::size_t i = 0; i < order.size(); ++i) {
        EXPECT_NEAR(after[i], before[order[i]], lengths ? 1e-6 : 0) << Describe(spec);
      }
    }
  }
}

TEST(Properties, PermutingRealRewardsPermutesTheirAdvantages) {
  for (const MethodSpec& spec : EverySpec(kSize)) {
    const std::optional<Call> call = RealRewards(spec);
    if (!call) continue;
    const Floats before = AdvantagesOf(*call);
    Call reversed = *call;
    std::ranges::reverse(reversed.rewards);
    std::ranges::reverse(reversed.lengths);
    std::vector<int> outcomes = kOutcomes;
    std::ranges::reverse(outcomes);
    if (!reversed.outcomes.empty()) reversed.outcomes = Bitmap(outcomes);
    Floats after = AdvantagesOf(reversed);
    std::ranges::reverse(after);
    // Sums in another order may round to another double, which moves a float32 by an ulp at most.
    for (std::size_t i = 0; i < kSize; ++i) {
      EXPECT_FLOAT_EQ(after[i], before[i]) << Describe(spec) << " " << i;
    }
  }
}

TEST(Properties, AGroupDoesNotDependOnItsNeighbours) {
  for (const MethodSpec& spec : EverySpec(kSize)) {
    std::optional<Call> call = RealRewards(spec);
    if (!call) call = CallFor(spec, Outcomes(kSize, 4));
    const Floats alone = AdvantagesOf(*call);
    Call batch = *call;
    std::vector<int> outcomes = kOutcomes;
    for (int g = 0; g < 3; ++g) {
      for (std::size_t i = 0; i < kSize; ++i) {
        batch.rewards.push_back(WorksOnRewards(spec) ? call->rewards[i] * 3 + static_cast<float>(g)
                                                     : call->rewards[i]);
        outcomes.push_back(static_cast<int>(i) < g ? 1 : 0);
        if (!call->lengths.empty()) batch.lengths.push_back(static_cast<std::uint32_t>(i + 5));
      }
    }
    if (!call->outcomes.empty()) batch.outcomes = Bitmap(outcomes);
    Floats together = AdvantagesOf(batch);
    ASSERT_EQ(together.size(), std::size_t{4} * kSize);
    together.resize(kSize);
    EXPECT_EQ(BitsOf(together), BitsOf(alone)) << Describe(spec);
  }
}

// Whether the exact advantages of groups of n outcomes add up to 0.
bool IsZeroSum(const MethodSpec& spec, int n = kSize) {
  if (FindMethod(spec.name)->needs_lengths) return false;  // not a function of outcomes
  for (const int c : {0, 1, n / 3, n}) {
    const reference::Sides sides = reference::OutcomeMethod(spec, n, c);
    if (abs(c * sides.correct + (n - c) * sides.wrong) > 1e-60) return false;
  }
  return true;
}

// |Σ A_i| in units of n · 2^-24 · max |A|, less n · 2^-150 for denormals; 0 if all are 0.
double Imbalance(const Floats& advantages) {
  double sum = 0;
  double largest = 0;
  for (const float a : advantages) {
    sum += a;
    largest = std::max(largest, std::abs(static_cast<double>(a)));
  }
  const auto n = static_cast<double>(advantages.size());
  const double beyond_denormals = std::max(0.0, std::abs(sum) - n * 0x1p-150);
  return largest == 0 ? 0 : beyond_denormals / (n * 0x1p-24 * largest);
}

// 0.51 ulp is up to 1.02 · 2^-24 of a value.
constexpr double kRounding = 1.02;

TEST(Properties, MethodsWithAMeanBaselineAreZeroSum) {
  for (const int n : {3, 9, 64, 1000}) {
    for (const MethodSpec& spec : EverySpec(n)) {
      if (!IsZeroSum(spec, n)) continue;
      for (int c = 0; c <= n; c += n > 64 ? 111 : 1) {
        EXPECT_LE(Imbalance(OfOutcomes(spec, n, c)), kRounding)
            << Describe(spec) << ", n = " << n << ", c = " << c;
      }
    }
  }
}

TEST(Properties, MethodsWithAMeanBaselineAreZeroSumOnRealRewards) {
  for (const MethodSpec& spec : EverySpec(kSize)) {
    const std::optional<Call> call = RealRewards(spec);
    if (!call || !IsZeroSum(spec)) continue;
    EXPECT_LE(Imbalance(AdvantagesOf(*call)), kRounding) << Describe(spec);
  }
}

// Nothing downstream may re-centre these: their mean carries meaning. K = 1 is excluded, where some
// fall back to their base.
TEST(Properties, MethodsWhoseMeanCarriesMeaningAreNotZeroSum) {
  std::set<std::string> names;
  for (const MethodSpec& spec : EverySpec(kSize)) {
    const auto k = spec.parameters.find("k");
    if (IsZeroSum(spec) || (k != spec.parameters.end() && std::get<std::int64_t>(k->second) != 2)) {
      continue;
    }
    const Floats advantages = OfOutcomes(spec, kSize, 4);
    const auto variant = spec.parameters.find("variant");
    const bool leave_one_out = variant != spec.parameters.end() &&
                               std::get<std::string>(variant->second) == "leave_one_out";
    if (leave_one_out) continue;  // its baseline is nearly, not exactly, its mean
    EXPECT_GT(Imbalance(advantages), 1000) << Describe(spec);
    names.insert(spec.name);
  }
  for (const char* name : {"reinforce", "pass_at_k_grpo", "pass_at_k_rloo", "pass_at_k_reinforce",
                           "combined_direct", "max_at_k"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(Properties, MethodsThatTheirPapersCallZeroSumAre) {
  std::set<std::string> found;
  for (const MethodSpec& spec : EverySpec(kSize)) {
    if (IsZeroSum(spec)) found.insert(spec.name);
  }
  for (const char* name : {"rloo", "grpo", "dr_grpo", "max_rl", "skew_r", "pass_at_k_shaped",
                           "pass_at_k_variance_stabilized", "combined_shaped", "std_regularized",
                           "entropy_regularized", "surrogate"}) {
    EXPECT_TRUE(found.contains(name)) << name;
  }
}

TEST(Properties, RlooAtK1IsRloo) {
  ExpectEqual({"pass_at_k_rloo", {{"k", Whole(1)}}}, {"rloo", {}});
}

TEST(Properties, GrpoAtK1IsGrpo) {
  ExpectEqual({"pass_at_k_grpo", {{"k", Whole(1)}}}, {"grpo", {}});
}

TEST(Properties, ReinforceAtK1IsReinforce) {
  ExpectEqual({"pass_at_k_reinforce", {{"k", Whole(1)}}}, {"reinforce", {}});
}

TEST(Properties, ShapedAtK1IsGrpo) {
  ExpectEqual({"pass_at_k_shaped", {{"k", Whole(1)}}}, {"grpo", {}});
  ExpectEqual({"combined_shaped", {{"k", Whole(1)}}}, {"grpo", {}});
  ExpectEqual({"combined_direct", {{"k", Whole(1)}}}, {"grpo", {}});
}

TEST(Properties, BiasedAtK1IsItsBase) {
  for (const std::string base : {"reinforce", "rloo", "grpo", "dr_grpo"}) {
    ExpectEqual({"biased_pass_at_k", {{"k", Whole(1)}, {"base", base}}}, {base, {}});
  }
}

TEST(Properties, MaxAtKPlainAtK1IsReinforce) {
  ExpectEqual({"max_at_k", {{"k", Whole(1)}}}, {"reinforce", {}});
  EXPECT_EQ(BitsOf(AdvantagesOf({"max_at_k", {{"k", Whole(1)}}}, kRewards)),
            BitsOf(AdvantagesOf({"reinforce", {}}, kRewards)));
}

TEST(Properties, BiasedAtK2OverGrpoIsSkewR) {
  ExpectEqual({"biased_pass_at_k", {{"k", Whole(2)}, {"base", std::string("grpo")}}},
              {"skew_r", {}});
}

TEST(Properties, StdRegularizedWith2IsTwiceSkewR) {
  for (const int n : {2, 3, 8, 33, 64, 1000}) {
    for (int c = 0; c <= n; ++c) {
      Floats twice = OfOutcomes({"skew_r", {}}, n, c);
      for (float& a : twice) a *= 2;
      EXPECT_EQ(BitsOf(OfOutcomes({"std_regularized", {{"std_coefficient", 2.0}}}, n, c)),
                BitsOf(twice));
    }
  }
}

TEST(Properties, StdAndEntropyRegularizedWith0AreGrpo) {
  ExpectEqual({"std_regularized", {{"std_coefficient", 0.0}}}, {"grpo", {}});
  ExpectEqual({"entropy_regularized", {{"entropy_coefficient", 0.0}}}, {"grpo", {}});
}

TEST(Properties, FocalWithAWholeExponentIsBiased) {
  for (const std::string base : {"reinforce", "rloo", "grpo", "dr_grpo"}) {
    for (const int k : {1, 2, 3, 8, 65}) {
      ExpectEqual({"focal", {{"gamma", static_cast<double>(k - 1)}, {"base", base}}},
                  {"biased_pass_at_k", {{"k", Whole(k)}, {"base", base}}});
    }
  }
}

TEST(Properties, LeaveOneOutMinusOneOnOutcomesIsReinforceK) {
  for (const int k : {1, 2, 3, 8}) {
    for (const int n : {8, 33, 64}) {
      for (int c = 0; c <= n; ++c) {
        const MethodSpec loo{
            "max_at_k", {{"k", Whole(k)}, {"variant", std::string("leave_one_out_minus_one")}}};
        EXPECT_EQ(BitsOf(OfOutcomes(loo, n, c)),
                  BitsOf(OfOutcomes({"pass_at_k_reinforce", {{"k", Whole(k)}}}, n, c)));
      }
    }
  }
}

// The subtractive form loses every digit there.
TEST(Properties, LeaveOneOutMinusOneKeepsItsDigitsWhereSubtractionWouldLoseThem) {
  Floats rewards = Outcomes(64, 33);
  for (float& r : rewards) r *= 2;  // not outcomes: by rank
  const MethodSpec loo{"max_at_k",
                       {{"k", Whole(32)}, {"variant", std::string("leave_one_out_minus_one")}}};
  // 2 · C(31, 31) / C(63, 31)
  EXPECT_FLOAT_EQ(AdvantagesOf(loo, rewards)[0], static_cast<float>(2 / 916312070471295267.0));
}

TEST(Properties, ShapedIsZeroWhereEverySubsetHasASuccess) {
  for (const int n : {4, 16, 64}) {
    for (int k = 2; k <= n; ++k) {
      for (int c = n - k + 1; c < n; ++c) {
        for (const float a : OfOutcomes({"pass_at_k_shaped", {{"k", Whole(k)}}}, n, c)) {
          EXPECT_EQ(a, 0.0F);
        }
      }
    }
  }
}

TEST(Properties, EqualRewardsGetEqualAdvantages) {
  const Floats rewards = {0.7F, -2, 0.7F, 5, -2, -2, 5, 0.7F, 0.7F};
  for (const MethodSpec& spec : EverySpec(kSize)) {
    if (!WorksOnRewards(spec)) continue;
    const std::vector<std::uint32_t> bits = BitsOf(AdvantagesOf(CallFor(spec, rewards)));
    for (std::size_t i = 0; i < kSize; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (rewards[i] == rewards[j]) {
          EXPECT_EQ(bits[i], bits[j]) << Describe(spec) << " " << i << " " << j;
        }
      }
    }
  }
}

TEST(Properties, LeaveOneOutMinusOneIsNeverNegative) {
  for (int k = 2; k <= kSize; ++k) {
    const MethodSpec spec{"max_at_k",
                          {{"k", Whole(k)}, {"variant", std::string("leave_one_out_minus_one")}}};
    for (const float a : AdvantagesOf(spec, kRewards)) EXPECT_GE(a, 0.0F);
  }
}

TEST(Properties, KeepFactorKMultipliesByK) {
  for (const char* name : {"pass_at_k_reinforce", "pass_at_k_rloo", "pass_at_k_grpo"}) {
    for (int c = 0; c <= 16; ++c) {
      Floats dropped = OfOutcomes({name, {{"k", Whole(4)}}}, 16, c);
      for (float& a : dropped) a *= 4;  // a power of two: exact
      EXPECT_EQ(BitsOf(OfOutcomes({name, {{"k", Whole(4)}, {"keep_factor_k", true}}}, 16, c)),
                BitsOf(dropped));
    }
  }
}

}  // namespace
}  // namespace advantaged::testing
