// Where F is largest, and where a method turns against success.

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "tests/core/described.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

MethodSpec WithEntropy(double lambda) {
  return {"entropy_regularized", {{"entropy_coefficient", lambda}}};
}

// The coefficient between 0 and 4 from which `holds`.
double Threshold(const std::function<bool(const DescribedCurve&)>& holds) {
  double low = 0;
  double high = 4;
  while (high - low > 1e-6) {
    const double middle = (low + high) / 2;
    DescribeRequest request;
    request.method = WithEntropy(middle);
    request.points = 4096;
    const Description description = advantaged::Describe(request);
    EXPECT_TRUE(description.ok()) << ViolationsOf(description);
    (holds(description.curve) ? high : low) = middle;
  }
  return high;
}

TEST(SurrogateLandmarks, EntropyPushesSuccessDownFrom1509) {
  const double threshold =
      Threshold([](const DescribedCurve& curve) { return curve.sign_change_rho.has_value(); });
  EXPECT_NEAR(threshold, 1.509, 0.0005);
}

TEST(SurrogateLandmarks, EntropyMovesTheMaximumAwayFromOneFrom1852) {
  const double threshold =
      Threshold([](const DescribedCurve& curve) { return curve.surrogate_arg_max.value() < 1; });
  EXPECT_NEAR(threshold, 1.852, 0.0005);
}

TEST(SurrogateLandmarks, MaximumInsideIsWhereTheSlopeVanishes) {
  // F′ = 0 at arccos of …: 1 + (s/2)(1−2ρ) = 0 at ρ = 1/2 + 1/s, for s > 2.
  for (const double s : {2.5, 3.0, 10.0, 1000.0}) {
    const DescribedCurve curve = Described({"std_regularized", {{"std_coefficient", s}}}, 16).curve;
    const double root = 0.5 + 1 / s;
    const double inside = 2 * std::asin(std::sqrt(root)) + s * std::sqrt(root * (1 - root));
    EXPECT_NEAR(curve.sign_change_rho.value(), root, 1e-15) << s;
    EXPECT_NEAR(curve.surrogate_arg_max.value(), inside > std::numbers::pi ? root : 1, 1e-15) << s;
  }
}

TEST(SurrogateLandmarks, MaximumIsFoundOnGridsThatMissIt) {
  const MethodSpec spec{"std_regularized", {{"std_coefficient", 4.0}}};
  for (const std::vector<double>& grid :
       {std::vector<double>{0.01}, {0.75}, {0.99}, {0.01, 0.02}, {0.98, 0.99}, {1e-100}}) {
    EXPECT_NEAR(Described(spec, 16, grid).curve.surrogate_arg_max.value(), 0.75, 1e-15);
  }
}

TEST(SurrogateLandmarks, OnlySomeMethodsTurnAgainstSuccess) {
  for (const MethodSpec& spec : EverySpec(16)) {
    if (spec.name == "custom_table" || spec.name == "surrogate") continue;
    const DescribedCurve curve = Described(spec, 16).curve;
    const bool regularized = spec.name == "std_regularized" || spec.name == "entropy_regularized";
    // Plain max@K rewards failures beside a success: A₋ = 1 − f₋.
    const auto variant = spec.parameters.find("variant");
    const bool plain = spec.name == "max_at_k" &&
                       std::get<std::string>(variant->second) == "plain" &&
                       std::get<std::int64_t>(spec.parameters.at("k")) > 1;
    if (plain) {
      EXPECT_EQ(curve.sign_change_rho, 0.0);
    } else if (!regularized) {
      EXPECT_FALSE(curve.sign_change_rho.has_value()) << Describe(spec);
    }
    if (!regularized) {
      EXPECT_EQ(curve.surrogate_arg_max, 1.0) << Describe(spec);
    }
  }
}

// F′ rounds to 0 from some ρ on: F has a plateau there, not a maximum.
TEST(SurrogateLandmarks, SlopesTooSmallForADoubleAreNoMaximum) {
  const MethodSpec stabilized{"pass_at_k_variance_stabilized", {{"k", Whole(2000)}}};
  for (const std::vector<double>& grid : {std::vector<double>{0.9}, {0.1, 0.9}, {}}) {
    const DescribedCurve curve = Described(stabilized, 4096, grid).curve;
    EXPECT_EQ(curve.surrogate_arg_max, 1.0);
    EXPECT_GT(curve.surrogate.back(), 0.09);
  }
  // Wherever the plateau begins, and however its F is rounded there.
  for (int k = 300; k <= 4096; k += 173) {
    for (const char* name :
         {"pass_at_k_grpo", "combined_shaped", "pass_at_k_variance_stabilized"}) {
      const DescribedCurve curve = Described({name, {{"k", Whole(k)}}}, 4096, {0.1, 0.9}).curve;
      EXPECT_EQ(curve.surrogate_arg_max, 1.0) << name << " k = " << k;
    }
  }
}

// F oscillates ever faster towards 1 and has no value there, though it tends to 0.
TEST(SurrogateLandmarks, AnEndWithoutAValueIsNoMaximum) {
  const MethodSpec spec{"surrogate", {{"formula", std::string("std(rho)+(1-rho)*sin(1/(1-rho))")}}};
  const DescribedCurve curve = Described(spec, 16).curve;
  const double top = curve.surrogate_arg_max.value();
  EXPECT_NEAR(top, 0.23503, 1e-5);
  const auto largest = std::ranges::max_element(curve.surrogate);
  EXPECT_NEAR(curve.rho[static_cast<std::size_t>(largest - curve.surrogate.begin())], top, 0.005);
  // Largest at an end without a value.
  const MethodSpec rising{"surrogate", {{"formula", std::string("2*rho+(1-rho)*sin(1/(1-rho))")}}};
  EXPECT_EQ(Described(rising, 16).curve.surrogate_arg_max, 1.0);
}

TEST(SurrogateLandmarks, NothingIsLargestWhereNothingIsAscended) {
  DescribeRequest request;
  request.method = {"custom_table", {{"tables", SomeTables(16)}}};
  EXPECT_FALSE(advantaged::Describe(request).curve.surrogate_arg_max.has_value());
}

}  // namespace
}  // namespace advantaged::testing
