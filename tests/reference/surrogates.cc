#include "tests/reference/surrogates.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "tests/reference/outcome_methods.h"

namespace advantaged::reference {
namespace {

// The parameters that F depends on.
struct Terms {
  Terms(const MethodSpec& spec, int n)
      : name(spec.name),
        base(TextOf(spec, "base", "")),
        k(NumberOf(spec, "k", 1)),
        keep(FlagOf(spec, "keep_factor_k") ? k : Real(1)),
        // Of (29) and F-GRPO: (1−ρ)^power.
        power(name == "focal" ? Real(NumberOf(spec, "gamma", 0)) : Real(k - 1)) {
    const std::string scale = TextOf(spec, "scale", "reduced");
    if (scale == "unbiased") keep = k;
    if (scale == "published") keep = k / n;
  }
  std::string name, base;
  Real k, keep, power;
};

bool IsOneOf(const std::string& name, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Real Entropy(const Real& rho) { return -rho * log(rho) - (1 - rho) * log(1 - rho); }

// Of methods that are (1−ρ)^power times REINFORCE or GRPO.
bool IsPassAtK(const Terms& t) {
  return IsOneOf(t.name, {"pass_at_k_reinforce", "pass_at_k_rloo", "max_at_k"}) ||
         (IsOneOf(t.name, {"biased_pass_at_k", "focal"}) && t.base != "grpo");
}
bool IsPassAtKGrpo(const Terms& t) {
  return t.name == "pass_at_k_grpo" ||
         (IsOneOf(t.name, {"biased_pass_at_k", "focal"}) && t.base == "grpo");
}

}  // namespace

Real IncompleteBeta(const Real& x, const Real& a, const Real& b) {
  if (x > Real(0.5)) {
    return tgamma(a) * tgamma(b) / tgamma(Real(a + b)) - IncompleteBeta(1 - x, b, a);
  }
  // x^a Σ_m (1−b)(2−b)…(m−b)/m! · x^m/(a+m)
  Real term = 1;
  Real sum = 1 / a;
  for (int m = 1; m < 10000; ++m) {
    term *= (m - b) / m * x;
    sum += term / (a + m);
    if (term == 0 || abs(term) < abs(sum) * Real(1e-100)) break;
  }
  return pow(x, a) * sum;
}

Real Surrogate(const MethodSpec& spec, const Real& rho, int n) {
  const Terms t(spec, n);
  const Real arcsine = asin(sqrt(rho));
  const Real deviation = sqrt(rho * (1 - rho));
  if (IsOneOf(t.name, {"reinforce", "rloo", "dr_grpo", "opo"})) return rho;
  if (t.name == "grpo" && NumberOf(spec, "epsilon", 0) == 0) return 2 * arcsine;
  if (IsPassAtK(t)) return t.keep * (1 - pow(1 - rho, t.power + 1)) / (t.power + 1);
  if (IsPassAtKGrpo(t)) return t.keep * IncompleteBeta(rho, Real(1) / 2, t.power + Real(1) / 2);
  if (t.name == "pass_at_k_shaped") return 2 / t.k * asin(sqrt(1 - pow(1 - rho, t.k)));
  if (t.name == "skew_r") return arcsine + deviation;
  if (t.name == "std_regularized") {
    return 2 * arcsine + Real(NumberOf(spec, "std_coefficient", 0)) * deviation;
  }
  if (t.name == "entropy_regularized") {
    return 2 * arcsine + Real(NumberOf(spec, "entropy_coefficient", 0)) * Entropy(rho);
  }
  if (t.name == "combined_direct") {
    return arcsine + deviation + IncompleteBeta(rho, Real(3) / 2, t.k - Real(1) / 2);
  }
  if (t.name == "weighted_reinforce") return (1 + Real(NumberOf(spec, "positive_weight", 1))) * rho;
  if (t.name == "max_rl") return log(rho);
  throw std::invalid_argument(t.name);
}

Real SurrogateSlope(const MethodSpec& spec, const Real& rho, int n) {
  const Terms t(spec, n);
  const Real fail = 1 - rho;
  const Real grpo = 1 / sqrt(rho * fail);
  const Real factor = t.power == 0 ? Real(1) : Real(pow(fail, t.power));
  if (IsOneOf(t.name, {"reinforce", "rloo", "dr_grpo", "opo"})) return 1;
  if (t.name == "grpo") return 1 / (sqrt(rho * fail) + Real(NumberOf(spec, "epsilon", 0)));
  if (IsPassAtK(t)) return t.keep * factor;
  if (IsPassAtKGrpo(t)) return t.keep * factor * grpo;
  const auto shaped = [&] {
    // ρ_K = 1 − (1−ρ)^K, where 1 − ρ rounds to 1 too.
    const Real rho_k = -expm1(Real(t.k * log1p(-rho)));
    return Real(factor / sqrt(rho_k * pow(fail, t.k)));
  };
  if (t.name == "pass_at_k_shaped") return shaped();
  if (t.name == "combined_shaped") return rho * shaped() + fail * grpo;
  if (t.name == "combined_direct") return (fail + rho * factor) * grpo;
  if (t.name == "skew_r") return fail * grpo;
  if (t.name == "std_regularized") {
    return (1 + Real(NumberOf(spec, "std_coefficient", 0)) * (1 - 2 * rho) / 2) * grpo;
  }
  if (t.name == "entropy_regularized") {
    return grpo + Real(NumberOf(spec, "entropy_coefficient", 0)) * log(fail / rho);
  }
  if (t.name == "weighted_reinforce") return 1 + Real(NumberOf(spec, "positive_weight", 1));
  if (t.name == "max_rl") return 1 / rho;
  throw std::invalid_argument(t.name);
}

}  // namespace advantaged::reference
