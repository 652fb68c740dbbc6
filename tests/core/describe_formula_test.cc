// Descriptions of the method `surrogate`: those of the methods whose F is typed, and what is
// refused.

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "core/formula/formula.h"
#include "tests/core/described.h"

namespace advantaged::testing {
namespace {

using Parts = decltype(MethodSpec::parameters);

MethodSpec Surrogate(const std::string& formula, Parts parts = {}) {
  parts.emplace("formula", formula);
  return {"surrogate", std::move(parts)};
}

// The success rate with a regularizer.
MethodSpec With(const std::string& regularizer, double coefficient) {
  return Surrogate("rho", {{"regularizer", regularizer}, {"regularizer_coefficient", coefficient}});
}

// Within 1e-12 of the larger of 1 and |expected|.
void ExpectSame(const std::vector<double>& actual, const std::vector<double>& expected,
                const std::string& where) {
  ASSERT_EQ(actual.size(), expected.size()) << where;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_NEAR(actual[i], expected[i], 1e-12 * std::max(1.0, std::abs(expected[i])))
        << where << " at " << i;
  }
}

TEST(DescribeFormula, IsTheDescriptionOfTheMethodWhoseRewardIsTyped) {
  const Parts entropy = {{"regularizer", "entropy"}, {"regularizer_coefficient", 1.75}};
  const std::vector<std::pair<MethodSpec, MethodSpec>> pairs = {
      {Surrogate("2*asin(sqrt(rho))"), {"grpo", {}}},
      {Surrogate("asin(sqrt(rho))", {{"regularizer", "std"}, {"regularizer_coefficient", 1.0}}),
       {"skew_r", {}}},
      {Surrogate("rho", {{"leave_one_out_factor", true}}), {"rloo", {}}},
      {Surrogate("2*asin(sqrt(rho))", entropy),
       {"entropy_regularized", {{"entropy_coefficient", 1.75}}}},
      {Surrogate("(2/k)*asin(sqrt(rho_k))", {{"k", Whole(4)}}),
       {"pass_at_k_shaped", {{"k", Whole(4)}}}},
      {Surrogate("log(rho)"), {"max_rl", {}}},
  };
  for (const auto& [typed, named] : pairs) {
    const std::string where = Describe(typed);
    const DescribedCurve a = Described(typed, 16).curve;
    const DescribedCurve b = Described(named, 16).curve;
    EXPECT_EQ(a.surrogate_kind, SurrogateKind::kClosedForm) << where;
    EXPECT_EQ(a.surrogate_anchor, b.surrogate_anchor) << where;
    ExpectSame(a.advantage_correct, b.advantage_correct, where);
    ExpectSame(a.advantage_wrong, b.advantage_wrong, where);
    ExpectSame(a.surrogate_derivative, b.surrogate_derivative, where);
    ExpectSame(a.surrogate, b.surrogate, where);
    ExpectSame(a.data_term, b.data_term, where);
    ExpectSame(a.regularizer, b.regularizer, where);
    ExpectSame(a.finite_n_surrogate, b.finite_n_surrogate, where);
    ExpectSame(a.coefficient_sd, b.coefficient_sd, where);
    EXPECT_NEAR(a.surrogate_arg_max.value(), b.surrogate_arg_max.value(), 1e-12) << where;
    ASSERT_EQ(a.sign_change_rho.has_value(), b.sign_change_rho.has_value()) << where;
    EXPECT_NEAR(a.sign_change_rho.value_or(0), b.sign_change_rho.value_or(0), 1e-12) << where;
  }
}

// What is shown can be typed again.
TEST(DescribeFormula, ShownTextIsTheWholeReward) {
  const DescribedCurve curve = Described(Surrogate("rho^2", {{"regularizer", "std(rho) - rho"},
                                                             {"regularizer_coefficient", 0.25}}),
                                         16)
                                   .curve;
  EXPECT_EQ(curve.surrogate_formula, "rho^2 + 0.25*(std(rho) - rho)");
  const DescribedCurve again = Described(Surrogate(curve.surrogate_formula), 16).curve;
  ExpectSame(again.surrogate, curve.surrogate, "typed again");
  EXPECT_EQ(Described(Surrogate("rho"), 16).curve.surrogate_formula, "rho");
}

TEST(DescribeFormula, AnchorIsWhereFIsFinite) {
  EXPECT_EQ(Described(Surrogate("log(rho/(1-rho))"), 16).curve.surrogate_anchor,
            SurrogateAnchor::kZeroAtHalf);
  EXPECT_EQ(Described(Surrogate("log(rho)"), 16).curve.surrogate_anchor,
            SurrogateAnchor::kZeroAtOne);
  EXPECT_EQ(Described(Surrogate("-log(1-rho)"), 16).curve.surrogate_anchor,
            SurrogateAnchor::kZeroAtZero);
}

// 0 · ∞ at an end that has a limit.
TEST(DescribeFormula, EndsAreLimits) {
  const DescribedCurve zero =
      Described(
          Surrogate("1", {{"regularizer", "rho-rho*log(rho)"}, {"regularizer_coefficient", 2.0}}),
          16)
          .curve;
  EXPECT_EQ(zero.surrogate_anchor, SurrogateAnchor::kZeroAtZero);
  const DescribedCurve one = Described(Surrogate("(1-rho)*log(1-rho)+log(rho)"), 16).curve;
  EXPECT_EQ(one.surrogate_anchor, SurrogateAnchor::kZeroAtOne);
  for (std::size_t i = 0; i < zero.rho.size(); ++i) {
    const double rho = zero.rho[i];
    EXPECT_NEAR(zero.surrogate[i], 2 * (rho - rho * std::log(rho)), 1e-14);
    EXPECT_NEAR(zero.regularizer[i], zero.surrogate[i], 1e-14);
    EXPECT_EQ(zero.data_term[i], 0);
    EXPECT_NEAR(one.surrogate[i], (1 - rho) * std::log1p(-rho) + std::log(rho), 1e-13);
  }
  EXPECT_EQ(zero.surrogate_arg_max, 1.0);
  // Infinite, however slowly.
  EXPECT_EQ(Described(Surrogate("rho*log(rho)/rho"), 16).curve.surrogate_anchor,
            SurrogateAnchor::kZeroAtOne);
}

struct Refusal {
  MethodSpec method;
  std::uint32_t n;
  std::vector<double> rho;  // empty: the default grid
  std::string said;         // field and part of the description
};

TEST(DescribeFormula, RefusesWhatIsNotFinite) {
  const std::string kPath = "method.surrogate.formula: ";
  const std::vector<Refusal> refusals = {
      {Surrogate("log(rho-0.25)"), 8, {}, "at rho = 0.125 (c = 1 of n = 8) the value is nan"},
      {Surrogate("log(rho-0.01)"), 8, {}, "at rho = 0.005 the value is nan and the slope -200"},
      {Surrogate("sqrt(rho-0.1)"), 8, {0.1, 0.5}, "at rho = 0.1 the value is 0 and the slope inf"},
      {Surrogate("1/(rho-0.51)"), 2, {0.51}, "at rho = 0.51 the value is inf"},
      {Surrogate("1/rho+1/(rho-0.5)^2+1/(1-rho)"),
       3,
       {0.3},
       "must be finite at rho = 0, 1 or 0.5, where F is taken as 0: at rho = 0.5 the value is inf"},
      {With("log(rho-0.01)", 1), 8, {}, "method.surrogate.regularizer: must be finite at every"},
      {With("log(rho-0.25)", 1), 8, {}, "method.surrogate.regularizer: must be finite for 0"},
      {With("100*rho", 1e308),
       8,
       {},
       "method.surrogate.regularizer_coefficient: F must be finite for 0 < c < n, and so must its "
       "slope: at rho = 0.125 (c = 1 of n = 8) the value is inf and the slope inf"},
      {With("rho^1000", 1e306),
       2,
       {0.999},
       "method.surrogate.regularizer_coefficient: F must be finite at every point of the curve"},
      {Surrogate("1e300/rho^2"), 8, {}, "beyond float32"},
      {Surrogate("rho_k", {{"k", Whole(9)}}), 8, {}, "9 is above 8"},
  };
  for (const Refusal& refusal : refusals) {
    DescribeRequest request;
    request.method = refusal.method;
    request.n = refusal.n;
    request.rho = refusal.rho;
    const Description description = advantaged::Describe(request);
    ASSERT_FALSE(description.ok()) << refusal.said;
    EXPECT_THAT(ViolationsOf(description), ::testing::HasSubstr(refusal.said));
  }
}

TEST(DescribeFormula, RefusesMoreEvaluationsThanAreAllowed) {
  std::string formula = "rho";
  while (formula.size() + 32 < Formula::kMaxBytes) formula += "+incomplete_beta(rho,2,3)";
  DescribeRequest request;
  request.method = Surrogate(formula, {{"regularizer", formula}, {"regularizer_coefficient", 1.0}});
  request.points = 4096;
  request.n = 4096;
  const Description description = advantaged::Describe(request);
  EXPECT_THAT(ViolationsOf(description),
              ::testing::HasSubstr("method.surrogate: takes more than 67108864 operations "
                                   "for n = 4096 and 4096 points"));
  request.n = 16;
  request.points = 199;
  EXPECT_TRUE(advantaged::Describe(request).ok());
}

}  // namespace
}  // namespace advantaged::testing
