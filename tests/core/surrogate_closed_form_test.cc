// F and F′ of every method: against 100-digit values, and the three ways to get them against each
// other.

#include <cmath>
#include <string>
#include <vector>

#include "core/methods/resolve.h"
#include "core/surrogate/closed_form.h"
#include "core/surrogate/integral.h"
#include "tests/core/described.h"
#include "tests/core/specs.h"
#include "tests/reference/outcome_methods.h"

namespace advantaged::testing {
namespace {

using reference::Real;
using reference::ToDouble;

constexpr int kN = 16;

// Every method with every combination of its parameters, and K of 1, 2, 4, 8, 16. Formulas have
// tests of their own (describe_formula_test.cc).
std::vector<MethodSpec> Specs() {
  std::vector<MethodSpec> specs;
  for (const MethodSpec& spec : EverySpec(kN)) {
    if (spec.name == "surrogate") continue;
    const auto k = spec.parameters.find("k");
    if (k == spec.parameters.end()) {
      specs.push_back(spec);
    } else if (std::get<std::int64_t>(k->second) == 1) {
      for (const int each : {1, 2, 4, 8, 16}) {
        if (each == kN && reference::TextOf(spec, "variant", "") == "leave_one_out") continue;
        specs.push_back(spec);
        specs.back().parameters["k"] = Whole(each);
      }
    }
  }
  return specs;
}

// Rows, or parameters of rows, that have a limit but no formula.
bool IsIntegrated(const MethodSpec& spec) {
  if (spec.name == "pass_at_k_variance_stabilized") return reference::NumberOf(spec, "k", 1) > 1;
  if (spec.name == "grpo") return std::get<double>(spec.parameters.at("epsilon")) > 0;
  return spec.name == "combined_shaped";
}

// A grid with ends that are hard.
std::vector<double> Grid() {
  std::vector<double> rho = {1e-100, 1e-40, 1e-12, 1e-5, 1e-3};
  for (int i = 1; i < 40; ++i) rho.push_back(i / 40.0);
  for (const double fail : {1e-3, 1e-5, 1e-12, 0x1p-53}) rho.push_back(1 - fail);
  return rho;
}

TEST(SurrogateClosedForm, KindSaysWhetherThereIsAFormula) {
  for (const MethodSpec& spec : Specs()) {
    const DescribedCurve curve = Described(spec, kN).curve;
    const SurrogateKind kind = spec.name == "custom_table" ? SurrogateKind::kNone
                               : IsIntegrated(spec)        ? SurrogateKind::kIntegrated
                                                           : SurrogateKind::kClosedForm;
    EXPECT_EQ(curve.surrogate_kind, kind) << Describe(spec);
    EXPECT_EQ(curve.surrogate_formula.empty(), kind != SurrogateKind::kClosedForm);
  }
}

TEST(SurrogateClosedForm, FAndItsSlopeAreTheirDefinition) {
  for (const MethodSpec& spec : Specs()) {
    if (spec.name == "custom_table" || spec.name == "pass_at_k_variance_stabilized") continue;
    const DescribedCurve curve = Described(spec, kN, Grid()).curve;
    EXPECT_LT(curve.surrogate_error_bound, 1e-9) << Describe(spec);
    for (std::size_t i = 0; i < curve.rho.size(); ++i) {
      const Real rho(curve.rho[i]);
      const double slope = ToDouble(reference::SurrogateSlope(spec, rho, kN));
      // A± are of the size of 1 where their difference may be small, or of F′ where that is large.
      const double size = std::abs(slope) + std::abs(curve.advantage_correct[i]) +
                          std::abs(curve.advantage_wrong[i]);
      EXPECT_NEAR(curve.surrogate_derivative[i], slope, 1e-14 * size)
          << Describe(spec) << " rho = " << curve.rho[i];
      if (curve.surrogate_kind != SurrogateKind::kClosedForm) continue;
      EXPECT_NEAR(curve.surrogate[i], ToDouble(reference::Surrogate(spec, rho, kN)),
                  curve.surrogate_error_bound)
          << Describe(spec) << " rho = " << curve.rho[i];
    }
  }
}

TEST(SurrogateClosedForm, AgreesWithIntegrationTo1e9) {
  int compared = 0;
  for (const MethodSpec& spec : Specs()) {
    if (spec.name == "custom_table") continue;
    for (const std::vector<double>& grid : {std::vector<double>(), Grid(), {0.5}}) {
      const DescribedCurve curve = Described(spec, kN, grid).curve;
      if (curve.surrogate_kind != SurrogateKind::kClosedForm) continue;
      // 1/ρ over a hundred decades is not what the quadrature is for.
      if (spec.name == "max_rl" && curve.rho.front() < 1e-6) continue;
      Violations violations;
      const ResolvedMethod method = ResolveMethod(spec, violations);
      StopPoint never(nullptr);
      const PopulationLimit limit(*method.row, method.parameters, kN, never);
      const IntegratedSurrogate integrated = SurrogateIntegral(limit).Over(curve.rho);
      EXPECT_EQ(integrated.anchor, curve.surrogate_anchor) << Describe(spec);
      EXPECT_LT(integrated.error_bound, 1e-9) << Describe(spec);
      const double bound = std::min(1e-9, integrated.error_bound + curve.surrogate_error_bound);
      for (std::size_t i = 0; i < curve.rho.size(); ++i) {
        EXPECT_NEAR(integrated.value[i], curve.surrogate[i], bound)
            << Describe(spec) << " rho = " << curve.rho[i];
      }
      ++compared;
    }
  }
  EXPECT_GT(compared, 300);
}

// The text that is shown is what the language makes of it, and its derivative is the method.
TEST(SurrogateClosedForm, FormulaDifferentiatesToTheLimit) {
  for (const MethodSpec& spec : Specs()) {
    const DescribedCurve curve = Described(spec, kN).curve;
    if (curve.surrogate_formula.empty()) continue;
    Constants constants = {{"n", kN}};
    for (const char* name :
         {"gamma", "std_coefficient", "entropy_coefficient", "positive_weight"}) {
      constants[name] = reference::NumberOf(spec, name, 0);
    }
    const auto compiled = Formula::Compile(curve.surrogate_formula, constants);
    const auto* formula = std::get_if<Formula>(&compiled);
    ASSERT_NE(formula, nullptr) << curve.surrogate_formula;
    const double k = reference::NumberOf(spec, "k", 1);
    for (std::size_t i = 0; i < curve.rho.size(); ++i) {
      const double rho = curve.rho[i];
      const double fail_k = std::pow(1 - rho, k);
      const double slope = formula
                               ->Evaluate({.rho = rho,
                                           .fail = 1 - rho,
                                           .rho_k = 1 - fail_k,
                                           .fail_k = fail_k,
                                           .rho_k_slope = k * std::pow(1 - rho, k - 1),
                                           .k = k})
                               .slope;
      const double size = 1 + std::abs(slope);
      EXPECT_NEAR(slope, curve.surrogate_derivative[i], 1e-12 * size) << Describe(spec);
    }
  }
}

TEST(SurrogateClosedForm, AnchorIsAtZeroUnlessFIsInfiniteThere) {
  for (const MethodSpec& spec : Specs()) {
    const DescribedCurve curve = Described(spec, kN, {1e-100, 0.5, 1 - 0x1p-53}).curve;
    if (spec.name == "custom_table") continue;
    if (spec.name == "max_rl") {
      EXPECT_EQ(curve.surrogate_anchor, SurrogateAnchor::kZeroAtOne);
      EXPECT_NEAR(curve.surrogate.back(), 0, 1e-15);
    } else {
      EXPECT_EQ(curve.surrogate_anchor, SurrogateAnchor::kZeroAtZero) << Describe(spec);
      EXPECT_NEAR(curve.surrogate.front(), 0, 1e-14) << Describe(spec);
    }
  }
}

TEST(SurrogateClosedForm, DataTermAndRegularizerAddUpToF) {
  for (const MethodSpec& spec : Specs()) {
    const DescribedCurve curve = Described(spec, kN).curve;
    const bool splits = spec.name == "skew_r" || spec.name == "std_regularized" ||
                        spec.name == "entropy_regularized";
    ASSERT_EQ(curve.data_term.size(), splits ? curve.rho.size() : 0) << Describe(spec);
    ASSERT_EQ(curve.regularizer.size(), curve.data_term.size());
    for (std::size_t i = 0; i < curve.data_term.size(); ++i) {
      const double arcsine = std::asin(std::sqrt(curve.rho[i]));
      EXPECT_NEAR(curve.data_term[i], (spec.name == "skew_r" ? 1 : 2) * arcsine, 1e-14);
      EXPECT_NEAR(curve.data_term[i] + curve.regularizer[i], curve.surrogate[i], 1e-14);
    }
  }
}

// Appendix C.2 of arXiv 2510.23049v1.
TEST(SurrogateClosedForm, GrpoAt2AndSkewRShareASurrogate) {
  const DescribedCurve grpo = Described({"pass_at_k_grpo", {{"k", Whole(2)}}}, kN, Grid()).curve;
  const DescribedCurve skew = Described({"skew_r", {}}, kN, Grid()).curve;
  for (std::size_t i = 0; i < grpo.rho.size(); ++i) {
    EXPECT_NEAR(grpo.surrogate[i], skew.surrogate[i], 1e-14);
    EXPECT_NEAR(grpo.surrogate_derivative[i] / skew.surrogate_derivative[i], 1, 1e-14);
  }
}

}  // namespace
}  // namespace advantaged::testing
