// The method `surrogate`: the closed forms of other methods, typed as formulas, give these methods.

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "base/text.h"
#include "core/methods/resolve.h"
#include "core/methods/table_cache.h"
#include "tests/core/refusal.h"

namespace advantaged::testing {
namespace {

using Parts = decltype(MethodSpec::parameters);

MethodSpec Surrogate(const std::string& formula, Parts parts = {}) {
  parts.emplace("formula", formula);
  return {"surrogate", std::move(parts)};
}

// How many float32 values lie between two, both of which have one sign or are 0.
std::uint32_t UlpsBetween(float a, float b) {
  if (a == b) return 0;
  if (!std::isfinite(a) || !std::isfinite(b) || std::signbit(a) != std::signbit(b)) return ~0U;
  const auto bits_a = std::bit_cast<std::uint32_t>(a);
  const auto bits_b = std::bit_cast<std::uint32_t>(b);
  return std::max(bits_a, bits_b) - std::min(bits_a, bits_b);
}

// The largest difference of two methods over all c of n, in ulps.
std::uint32_t LargestDifference(const ResolvedMethod& a, const ResolvedMethod& b, std::uint32_t n) {
  const Table table_a = BuildTable(*a.row, a.parameters, n);
  const Table table_b = BuildTable(*b.row, b.parameters, n);
  std::uint32_t largest = 0;
  for (std::uint32_t c = 0; c <= n; ++c) {
    largest =
        std::max({largest, UlpsBetween(table_a.entries[c].correct, table_b.entries[c].correct),
                  UlpsBetween(table_a.entries[c].wrong, table_b.entries[c].wrong)});
  }
  return largest;
}

std::uint32_t LargestDifference(const MethodSpec& a, const MethodSpec& b, std::uint32_t n) {
  Violations violations;
  const ResolvedMethod method_a = ResolveMethod(a, violations);
  const ResolvedMethod method_b = ResolveMethod(b, violations);
  EXPECT_TRUE(violations.empty()) << Describe(a) << Describe(b);
  return violations.empty() ? LargestDifference(method_a, method_b, n) : ~0U;
}

TEST(SurrogateMethod, ClosedFormsGiveTheMethodsTheyComeFrom) {
  const Parts entropy = {{"regularizer", "entropy"}, {"regularizer_coefficient", 0.3}};
  const Parts std = {{"regularizer", "std"}, {"regularizer_coefficient", 0.3}};
  const Parts formula = {{"regularizer", "sqrt(rho*(1-rho))"}, {"regularizer_coefficient", 0.3}};
  const MethodSpec entropy_regularized{"entropy_regularized", {{"entropy_coefficient", 0.3}}};
  const MethodSpec std_regularized{"std_regularized", {{"std_coefficient", 0.3}}};
  const std::vector<std::pair<MethodSpec, MethodSpec>> pairs = {
      {Surrogate("2*asin(sqrt(rho))"), {"grpo", {}}},
      {Surrogate("asin(sqrt(rho))+sqrt(rho*(1-rho))"), {"skew_r", {}}},
      {Surrogate("rho"), {"dr_grpo", {}}},
      {Surrogate("rho", {{"leave_one_out_factor", true}}), {"rloo", {}}},
      {Surrogate("2*asin(sqrt(rho))+0.3*entropy(rho)"), entropy_regularized},
      {Surrogate("2*asin(sqrt(rho))", entropy), entropy_regularized},
      {Surrogate("2*asin(sqrt(rho))+0.3*std(rho)"), std_regularized},
      {Surrogate("2*asin(sqrt(rho))", std), std_regularized},
      {Surrogate("2*asin(sqrt(rho))", formula), std_regularized},
      {Surrogate("2*asin(sqrt(rho))+s*std(rho)", {{"constants", Constants{{"s", 0.3}}}}),
       std_regularized},
      {Surrogate("log(rho)"), {"max_rl", {}}},
  };
  for (const auto& [written, method] : pairs) {
    for (std::uint32_t n = 2; n <= 256; ++n) {
      ASSERT_LE(LargestDifference(written, method, n), 1U)
          << Describe(written) << " and " << Describe(method) << ", n = " << n;
    }
  }
}

TEST(SurrogateMethod, ClosedFormOfPassAtKShapedForEveryK) {
  for (std::uint32_t n = 2; n <= 256; ++n) {
    for (std::uint32_t k = 1; k <= n; ++k) {
      ASSERT_LE(LargestDifference(Surrogate("(2/k)*asin(sqrt(rho_k))", {{"k", Whole(k)}}),
                                  {"pass_at_k_shaped", {{"k", Whole(k)}}}, n),
                1U)
          << "n = " << n << ", K = " << k;
    }
  }
}

// K may exceed n where rho_k does not occur.
TEST(SurrogateMethod, ClosedFormsOfBiasedPassAtKForEveryK) {
  for (const std::uint32_t k : {1U, 2U, 3U, 4U, 8U, 16U, 31U, 64U}) {
    const auto biased = [k](const char* base) {
      return MethodSpec{"biased_pass_at_k", {{"k", Whole(k)}, {"base", std::string(base)}}};
    };
    for (std::uint32_t n = 2; n <= 40; ++n) {
      EXPECT_LE(LargestDifference(Surrogate("incomplete_beta(rho,0.5,k-0.5)", {{"k", Whole(k)}}),
                                  biased("grpo"), n),
                1U);
      EXPECT_LE(
          LargestDifference(Surrogate("(1-(1-rho)^k)/k", {{"k", Whole(k)}}), biased("dr_grpo"), n),
          1U);
    }
  }
}

TEST(SurrogateMethod, IsZeroForConstantGroupsEvenWhereTheFormulaIsNot) {
  EXPECT_EQ(AdvantagesOf(Surrogate("log(rho)"), {0, 0, 0}), Floats({0, 0, 0}));
  EXPECT_EQ(AdvantagesOf(Surrogate("log(1-rho)"), {1, 1, 1}), Floats({0, 0, 0}));
  Call shaped = OneGroup(Surrogate("log(rho)"), {0.5, 0.25, 0});
  shaped.options.shape_rewards = true;
  shaped.outcomes = {0};
  EXPECT_EQ(AdvantagesOf(shaped), Floats({0, 0, 0}));
}

TEST(SurrogateMethod, ShapesRealRewards) {
  // Twice the outcomes: twice the advantages.
  for (const MethodSpec& spec :
       {Surrogate("2*asin(sqrt(rho))"),
        Surrogate("asin(sqrt(rho_k))", {{"k", Whole(3)}, {"leave_one_out_factor", true}})}) {
    Floats expected = AdvantagesOf(spec, Outcomes(8, 3));
    for (float& advantage : expected) advantage *= 2;
    Floats twice = Outcomes(8, 3);
    Call call = OneGroup(spec, twice);
    for (float& reward : call.rewards) reward *= 2;
    call.outcomes = Bitmap(twice);
    call.options.shape_rewards = true;
    const Floats actual = AdvantagesOf(call);
    for (std::size_t i = 0; i < 8; ++i) EXPECT_FLOAT_EQ(actual[i], expected[i]);
  }
}

TEST(SurrogateMethod, ConstantsAndCoefficientsHaveTablesOfTheirOwn) {
  const auto with = [](double a, double coefficient) {
    return AdvantagesOf(Surrogate("a*rho", {{"constants", Constants{{"a", a}}},
                                            {"regularizer", "rho"},
                                            {"regularizer_coefficient", coefficient}}),
                        {1, 0});
  };
  EXPECT_EQ(with(1, 0), Floats({0.5, -0.5}));
  EXPECT_EQ(with(2, 0), Floats({1, -1}));
  EXPECT_EQ(with(2, 1), Floats({1.5, -1.5}));
  EXPECT_EQ(with(1, 0), Floats({0.5, -0.5}));
  EXPECT_EQ(AdvantagesOf(Surrogate("rho", {{"leave_one_out_factor", true}}), {1, 0}),
            Floats({1, -1}));
  EXPECT_EQ(AdvantagesOf(Surrogate("rho"), {1, 0}), Floats({0.5, -0.5}));
  // One text holds what the other has in two parts.
  const Floats outcomes = Outcomes(8, 1);
  const Floats whole = AdvantagesOf(Surrogate("rho\n+0.5*std(rho)-rho"), outcomes);
  const Floats parts = AdvantagesOf(
      Surrogate("rho", {{"regularizer", "std(rho)-rho"}, {"regularizer_coefficient", 0.5}}),
      outcomes);
  EXPECT_NEAR(parts[0] - whole[0], 0.5 * 7 / 8, 1e-6);
}

TEST(SurrogateMethod, ClampingLowersTheKOfTheFormula) {
  Call call = OneGroup(Surrogate("rho_k/k", {{"k", Whole(4)}}), {1, 0, 0, 0, 0});
  call.valid = {0x07};
  call.options.small_group = SmallGroupPolicy::kClampK;
  // K = n = 3: one of three is correct, so 1 − ρ̂_K and the slope are 0.
  EXPECT_EQ(AdvantagesOf(call), Floats({0, 0, 0, 0, 0}));
  call.method = Surrogate("rho_k/k + rho*k", {{"k", Whole(4)}});
  const Floats clamped = AdvantagesOf(call);
  EXPECT_FLOAT_EQ(clamped[0], 2);
  EXPECT_FLOAT_EQ(clamped[1], -1);
}

TEST(SurrogateMethod, WarnsWhereCorrectResponsesArePushedDown) {
  const Result result = OneGroup(Surrogate("rho - rho^4"), Outcomes(8, 2)).Run();
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0].code, WarningCode::kNegativeAdvantageOfCorrect);
}

TEST(SurrogateMethod, ComesBackAsSent) {
  using ::testing::VariantWith;
  const Result result = OneGroup(Surrogate("a * rho", {{"constants", Constants{{"a", 2.0}}},
                                                       {"regularizer", "std"},
                                                       {"regularizer_coefficient", 0.5}}),
                                 {1, 0})
                            .Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  const auto& parts = result.method.parameters;
  EXPECT_THAT(parts.at("formula"), VariantWith<std::string>("a * rho"));
  EXPECT_THAT(parts.at("constants"), VariantWith<Constants>(Constants{{"a", 2.0}}));
  EXPECT_THAT(parts.at("regularizer"), VariantWith<std::string>("std"));
  EXPECT_THAT(parts.at("regularizer_coefficient"), VariantWith<double>(0.5));
  EXPECT_THAT(parts.at("leave_one_out_factor"), VariantWith<bool>(false));
  EXPECT_FALSE(parts.contains("k"));
}

void ExpectSaid(const MethodSpec& spec, const std::vector<Said>& said) {
  ExpectRefused(Valid(spec), said);
}

const std::string kPath = "method.surrogate.";

TEST(RefusedSurrogate, BadFormulas) {
  ExpectSaid({"surrogate", {}}, {{kPath + "formula", "is required: F as a function of rho"}});
  ExpectSaid({"surrogate", {{"formula", 1.0}}}, {{kPath + "formula", "must be a text"}});
  ExpectSaid(Surrogate("2*asin(sqrt(rho)"),
             {{kPath + "formula", "character 17: expected an operator, \",\" or \")\""}});
  ExpectSaid(
      Surrogate("a*rho", {{"constants", Constants{{"alpha", 1.0}}}}),
      {{kPath + "formula", "character 1: unknown name \"a\"; there are rho, rho_k, k, alpha, "}});
  ExpectSaid(Surrogate("rh", {{"regularizer", "entropy()"}, {"regularizer_coefficient", 1.0}}),
             {{kPath + "formula", "did you mean \"rho\"?"},
              {kPath + "regularizer", "character 9: expected"}});
}

TEST(RefusedSurrogate, PartsThatDoNotGoTogether) {
  ExpectSaid(Surrogate("rho_k"), {{kPath + "k", "is required: the formula contains rho_k"}});
  ExpectSaid(Surrogate("rho/k"), {{kPath + "k", "is required: the formula contains k"}});
  ExpectSaid(Surrogate("rho", {{"regularizer", "rho_k"}, {"regularizer_coefficient", 1.0}}),
             {{kPath + "k", "is required"}});
  ExpectSaid(Surrogate("rho", {{"k", Whole(2)}}), {{kPath + "k", "is not used"}});
  ExpectSaid(Surrogate("rho_k", {{"k", Whole(4)}}), {{kPath + "k", "4 is above 3"}});
  ExpectSaid(Surrogate("rho_k", {{"k", Whole(0)}}), {{kPath + "k", "0 is below 1"}});
  EXPECT_TRUE(Valid(Surrogate("rho*k", {{"k", Whole(4)}})).Run().ok());
  ExpectSaid(Surrogate("rho", {{"regularizer", "std"}}),
             {{kPath + "regularizer_coefficient", "is required"}});
  ExpectSaid(Surrogate("rho", {{"regularizer_coefficient", 1.0}}),
             {{kPath + "regularizer_coefficient", "is not used"}});
  ExpectSaid(Surrogate("rho", {{"regularizer", "std"}, {"regularizer_coefficient", -1.0}}),
             {{kPath + "regularizer_coefficient", "-1 is below 0"}});
  ExpectSaid(Surrogate("rho", {{"leave_one_out_factor", 1.0}}),
             {{kPath + "leave_one_out_factor", "must be true or false"}});
}

TEST(RefusedSurrogate, Constants) {
  const auto with = [](Constants constants) {
    return Surrogate("rho", {{"constants", std::move(constants)}});
  };
  ExpectSaid(Surrogate("rho", {{"constants", "a=1"}}),
             {{kPath + "constants", "must be numbers by name"}});
  ExpectSaid(with({{"a", 1.0}}), {{kPath + "constants[a]", "is not used by the formula"}});
  ExpectSaid(with({{"a", 1.0}, {"b", 1.0}}),
             {{kPath + "constants[a]", "is not used"}, {kPath + "constants[b]", "is not used"}});
  ExpectSaid(with({{"rho", 1.0}}), {{kPath + "constants", "\"rho\" is not a name for a constant"}});
  ExpectSaid(with({{"std", 1.0}}), {{kPath + "constants", "\"std\" is not a name for a constant"}});
  ExpectSaid(with({{"A", 1.0}}), {{kPath + "constants", "\"A\" is not a name"}});
  ExpectSaid(with({{"", 1.0}}), {{kPath + "constants", "\"\" is not a name"}});
  ExpectSaid(with({{std::string(1000, 'a'), 1.0}}),
             {{kPath + "constants", "has a name of 1000 bytes"}});
  ExpectSaid(with({{"a", std::nan("")}}), {{kPath + "constants[a]", "nan is not finite"}});
  Constants many;
  for (int i = 0; i < 129; ++i) many.emplace(Concat("a", i), 1.0);
  ExpectSaid(with(many), {{kPath + "constants", "has 129 entries; 128 are the most"}});
  // One that only the regularizer uses is used.
  EXPECT_TRUE(Valid(Surrogate("rho", {{"constants", Constants{{"a", 1.0}}},
                                      {"regularizer", "a*rho"},
                                      {"regularizer_coefficient", 1.0}}))
                  .Run()
                  .ok());
}

// Whatever c occurs: else a formula would be good until the first batch that has it.
TEST(RefusedSurrogate, NotFiniteSomewhereInTheTable) {
  Call call = OneGroup(Surrogate("log(rho-0.25)"), Outcomes(8, 6));
  ExpectRefused(call, {{kPath + "formula", "at rho = 0.125 (c = 1 of n = 8) the value is nan"}});
  call.rewards = Outcomes(8, 0);
  ExpectRefused(call, {{kPath + "formula", "(c = 1 of n = 8)"}});
  call.method = Surrogate("sqrt(rho-0.125)");
  ExpectRefused(call, {{kPath + "formula", "(c = 1 of n = 8) the value is 0 and the slope inf"}});
  call.method = Surrogate("log(1-rho_k)", {{"k", Whole(4)}});
  ExpectRefused(call, {{kPath + "formula", "(c = 5 of n = 8) the value is -inf and the slope 0"}});
  call.method =
      Surrogate("rho", {{"regularizer", "1/(rho-0.5)"}, {"regularizer_coefficient", 0.0}});
  ExpectRefused(call, {{kPath + "regularizer", "(c = 4 of n = 8) the value is inf"}});
  call.method = Surrogate("rho", {{"regularizer", "100*rho"}, {"regularizer_coefficient", 1e308}});
  ExpectRefused(call, {{kPath + "regularizer_coefficient", "(c = 1 of n = 8) the value is inf"}});
  // Once for each size, not for each group.
  call.method = Surrogate("1/(rho-0.5)");
  call.rewards = Outcomes(24, 3);
  call.group_size.reset();
  call.group_sizes = {8, 8, 3, 5};
  ExpectRefused(call, {{kPath + "formula", "(c = 4 of n = 8)"}});
  call.options.shape_rewards = true;
  call.outcomes = Bitmap(call.rewards);
  call.rewards[0] = 0.5;
  ExpectRefused(call, {{kPath + "formula", "(c = 4 of n = 8)"}});
}

TEST(RefusedSurrogate, NotFiniteForAGroupAbove4096) {
  Call call = OneGroup(Surrogate("1/(rho-0.5)"), Outcomes(5000, 2000));
  EXPECT_TRUE(call.Run().ok());
  call.rewards = Outcomes(5000, 2500);
  ExpectRefused(call, {{kPath + "formula", "at rho = 0.5 (c = 2500 of n = 5000)"}});
}

TEST(RefusedSurrogate, MoreEvaluationsThanAreAllowed) {
  std::string formula = "rho";
  while (formula.size() + 8 < Formula::kMaxBytes) formula += "*rho/rho";
  Call call;
  call.method = Surrogate(formula.substr(0, formula.size()));
  for (std::uint32_t n = 4096; n > 4000; --n) {
    call.group_sizes.push_back(n);
    const Floats group = Outcomes(static_cast<int>(n), 1);
    call.rewards.insert(call.rewards.end(), group.begin(), group.end());
  }
  ExpectRefused(call, {{"method.surrogate", "takes more than 16777216 operations"}});
  call.group_sizes.resize(10);
  call.rewards.resize(40915);
  EXPECT_TRUE(call.Run().ok());
}

}  // namespace
}  // namespace advantaged::testing
