#include "tests/reference/outcome_methods.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace advantaged::reference {
namespace {

// Sides that have no response are 0.
Sides Present(const Group& g, Sides sides) {
  if (g.c == 0) sides.correct = 0;
  if (g.c == g.n) sides.wrong = 0;
  return sides;
}

// 0 outside mixed groups.
Sides Centred(const Group& g, const Sides& sides) { return g.mixed ? sides : Sides{}; }

Real Regularizer(const Group& g, double lambda) {
  return 1 + Real(lambda) * sqrt(g.rho * g.fail) * log(g.fail / g.rho);
}

Real ScaleOf(const GroupAtK& g, const std::string& scale) {
  if (scale == "reduced") return Real(g.n) / g.k;
  if (scale == "unbiased") return g.n;
  if (scale == "published") return 1;
  throw std::invalid_argument(scale);
}

// F' of the formulas that the sweeps of tests/core/specs.h use, differentiated by hand; they share
// one regularizer.
Real SlopeOfFormula(const MethodSpec& spec, const GroupAtK& g) {
  if (!g.mixed) return 0;
  const std::string formula = TextOf(spec, "formula", "");
  const Real regularizer =
      Real(NumberOf(spec, "regularizer_coefficient", 0)) * log(g.fail / g.rho);  // of the entropy
  if (formula == "2*asin(sqrt(rho))") return regularizer + 1 / sqrt(g.rho * g.fail);
  if (formula == "log(rho)") return regularizer + 1 / g.rho;
  if (formula == "0.75*rho^b") return regularizer + Real(0.375) / sqrt(g.rho);  // b = 0.5
  if (formula == "(2/k)*asin(sqrt(rho_k))") {
    if (g.fail_k == 0) return regularizer;
    return regularizer + 1 / sqrt(g.rho_k * g.fail_k) * g.fail_k / g.fail;
  }
  throw std::invalid_argument(formula);
}

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

Group::Group(int size, int correct)
    : n(size),
      c(correct),
      mixed(0 < c && c < n),
      rho(Real(c) / n),
      fail(Real(n - c) / n),
      grpo{mixed ? sqrt(Real(n - c) / c) : Real(0), mixed ? -sqrt(Real(c) / (n - c)) : Real(0)} {}

GroupAtK::GroupAtK(const Group& group, int subset)
    : Group(group),
      k(subset),
      f_plus(Choose(n - c, k - 1) / Choose(n - 1, k - 1)),
      f_minus(c == n ? Real(0) : Choose(n - c - 1, k - 1) / Choose(n - 1, k - 1)),
      fail_k(Choose(n - c, k) / Choose(n, k)),
      rho_k(1 - fail_k) {}

Sides Reinforce(const Group& g) { return Present(g, {1, 0}); }

Sides Rloo(const Group& g) {
  if (!g.mixed) return {};
  const Real scale = Real(g.n) / (g.n - 1);
  return {scale * g.fail, -scale * g.rho};
}

Sides Grpo(const Group& g, int ddof, double epsilon) {
  if (!g.mixed) return {};
  // Σ(r−ρ̂)² = c(1−ρ̂)² + (n−c)ρ̂².
  const Real squares = g.c * g.fail * g.fail + (g.n - g.c) * g.rho * g.rho;
  const Real scale = sqrt(squares / (g.n - ddof)) + Real(epsilon);
  return {g.fail / scale, -g.rho / scale};
}

Sides DrGrpo(const Group& g) { return Centred(g, {g.fail, -g.rho}); }

Sides BaseByName(const std::string& base, const Group& g) {
  if (base == "reinforce") return Reinforce(g);
  if (base == "rloo") return Rloo(g);
  if (base == "grpo") return g.grpo;
  if (base == "dr_grpo") return DrGrpo(g);
  throw std::invalid_argument(base);
}

Sides PassAtKReinforce(const GroupAtK& g) { return Present(g, {g.f_plus, 0}); }

Sides PassAtKRloo(const GroupAtK& g) {
  const Sides rloo = Rloo(g);
  return {rloo.correct * g.f_plus, rloo.wrong * g.f_minus};
}

Sides PassAtKGrpo(const GroupAtK& g) {
  return {g.grpo.correct * g.f_plus, g.grpo.wrong * g.f_minus};
}

Sides PassAtKShaped(const GroupAtK& g) {
  if (!g.mixed || g.fail_k == 0) return {};
  const Real sigma = sqrt(g.rho_k * g.fail_k);
  return {g.fail_k / sigma, (g.fail_k - g.f_minus) / sigma};
}

Real VarianceStabilizingFactor(const GroupAtK& g) {
  if (!g.mixed) return 0;
  // F_VST′ · (r − ρ̂) = F_VST′ · √(ρ̂(1−ρ̂)) · A_GRPO.
  Real mean = 0;
  Real square = 0;
  Real chance = pow(g.fail, g.n);  // of x = 0 correct
  for (int x = 0; x <= g.n; ++x) {
    const Real failure = Choose(g.n - x, g.k) / Choose(g.n, g.k);
    mean += chance * failure;
    square += chance * failure * failure;
    chance *= Real(g.n - x) / (x + 1) * g.rho / g.fail;
  }
  const Real sd = sqrt(square - mean * mean);
  return g.k * pow(g.fail, g.k - 1) / (sqrt(Real(g.n)) * sd) * sqrt(g.rho * g.fail);
}

Sides CombinedShaped(const GroupAtK& g, const Sides& shaped) {
  return g.rho * shaped + g.fail * g.grpo;
}

Sides CombinedDirect(const GroupAtK& g) {
  return {(g.fail + g.rho * g.f_plus) * g.grpo.correct,
          (g.fail + g.rho * g.f_minus) * g.grpo.wrong};
}

Sides SkewR(const Group& g) { return g.fail * g.grpo; }

Sides StdRegularized(const Group& g, double s) {
  return (1 + Real(s) / 2 * (1 - 2 * g.rho)) * g.grpo;
}

Sides EntropyRegularized(const Group& g, double lambda) {
  return g.mixed ? Regularizer(g, lambda) * g.grpo : Sides{};
}

Sides Biased(const Group& g, const Real& weight, const std::string& base) {
  return weight * BaseByName(base, g);
}

Sides MaxRl(const Group& g) { return g.mixed ? Sides{g.fail / g.rho, -1} : Sides{}; }

Sides MaxAtK(const GroupAtK& g, const std::string& variant, const std::string& scale) {
  // The subsets with i that hold no correct response but i: s_i = K/n for i correct, K/n (1 − f₋)
  // for i wrong.
  const Real share = Real(g.k) / g.n;
  Sides s{share, share * (1 - g.f_minus)};
  if (variant == "leave_one_out") {
    const Real others = Choose(g.n - 1, g.k);
    const Real weight = Real(g.k) / (g.n - 1);
    s.correct -= weight * (1 - Choose(g.n - g.c, g.k) / others);
    if (g.c < g.n) s.wrong -= weight * (1 - Choose(g.n - g.c - 1, g.k) / others);
  } else if (variant == "leave_one_out_minus_one") {
    // K/n − K/n·(1 − f₊) and K/n·(1 − f₋) − K/n·(1 − f₋), without the cancellation.
    s = {share * g.f_plus, 0};
  }
  return Present(g, ScaleOf(g, scale) * s);
}

double NumberOf(const MethodSpec& spec, const std::string& name, double otherwise) {
  const auto found = spec.parameters.find(name);
  if (found == spec.parameters.end()) return otherwise;
  if (const auto* whole = std::get_if<std::int64_t>(&found->second)) {
    return static_cast<double>(*whole);
  }
  return std::get<double>(found->second);
}

std::string TextOf(const MethodSpec& spec, const std::string& name, const std::string& otherwise) {
  const auto found = spec.parameters.find(name);
  return found == spec.parameters.end() ? otherwise : std::get<std::string>(found->second);
}

bool FlagOf(const MethodSpec& spec, const std::string& name) {
  const auto found = spec.parameters.find(name);
  return found != spec.parameters.end() && std::get<bool>(found->second);
}

Shape OutcomeShape(const MethodSpec& spec, int n, int c) {
  const std::string& name = spec.name;
  const Group g(n, c);
  const auto both = [](const Real& factor) { return Sides{factor, factor}; };
  const Real keep = FlagOf(spec, "keep_factor_k") ? NumberOf(spec, "k", 1) : 1;
  if (name == "skew_r") return {both(g.fail), "grpo"};
  if (name == "std_regularized") {
    return {both(1 + Real(NumberOf(spec, "std_coefficient", 0)) / 2 * (1 - 2 * g.rho)), "grpo"};
  }
  if (name == "entropy_regularized") {
    return {both(g.mixed ? Regularizer(g, NumberOf(spec, "entropy_coefficient", 0)) : Real(1)),
            "grpo"};
  }
  if (name == "focal") {
    const Real gamma = NumberOf(spec, "gamma", 0);
    const Real weight = g.fail == 0 ? Real(gamma == 0 ? 1 : 0) : pow(g.fail, gamma);
    return {both(weight), TextOf(spec, "base", "")};
  }
  if (name == "biased_pass_at_k") {
    const int power = static_cast<int>(NumberOf(spec, "k", 1)) - 1;
    return {both(keep * (power == 0 ? Real(1) : pow(g.fail, power))), TextOf(spec, "base", "")};
  }
  const GroupAtK at(g, static_cast<int>(NumberOf(spec, "k", 1)));
  // (20): √( (1−ρ̂_K)/ρ̂_K · ρ̂/(1−ρ̂) ); 0 where σ_K = 0.
  const bool no_spread = at.c == 0 || at.fail_k == 0;
  const Real shaped = no_spread ? Real(0) : Real(sqrt(at.fail_k / at.rho_k * at.rho / at.fail));
  if (name == "surrogate") {
    return {both(SlopeOfFormula(spec, at)),
            FlagOf(spec, "leave_one_out_factor") ? "rloo" : "dr_grpo"};
  }
  if (name == "pass_at_k_rloo") return {keep * Sides{at.f_plus, at.f_minus}, "rloo"};
  if (name == "pass_at_k_grpo") return {keep * Sides{at.f_plus, at.f_minus}, "grpo"};
  if (name == "pass_at_k_shaped") return {both(shaped), "grpo"};
  if (name == "pass_at_k_variance_stabilized") return {both(VarianceStabilizingFactor(at)), "grpo"};
  if (name == "combined_shaped") return {both(at.rho * shaped + at.fail), "grpo"};
  if (name == "combined_direct") {
    return {{at.fail + at.rho * at.f_plus, at.fail + at.rho * at.f_minus}, "grpo"};
  }
  throw std::invalid_argument(name);
}

Sides OutcomeMethod(const MethodSpec& spec, int n, int c) {
  const std::string& name = spec.name;
  const Group g(n, c);
  if (name == "reinforce") return Reinforce(g);
  if (name == "rloo") return Rloo(g);
  if (name == "dr_grpo") return DrGrpo(g);
  if (name == "max_rl") return MaxRl(g);
  if (name == "grpo") {
    return Grpo(g, static_cast<int>(NumberOf(spec, "ddof", 0)), NumberOf(spec, "epsilon", 0));
  }
  if (name == "weighted_reinforce") {
    return Present(g, {NumberOf(spec, "positive_weight", 1), -1});
  }
  if (name == "custom_table") {
    for (const OutcomeTable& table :
         std::get<std::vector<OutcomeTable>>(spec.parameters.at("tables"))) {
      const auto at = static_cast<std::size_t>(c);
      if (static_cast<int>(table.n) == n) {
        return Present(g, {table.advantage_correct[at], table.advantage_wrong[at]});
      }
    }
    throw std::invalid_argument("no table");
  }
  const int k = static_cast<int>(NumberOf(spec, "k", 1));
  if (name == "pass_at_k_reinforce") {
    return (FlagOf(spec, "keep_factor_k") ? Real(k) : Real(1)) * PassAtKReinforce(GroupAtK(g, k));
  }
  if (name == "max_at_k") {
    return MaxAtK(GroupAtK(g, k), TextOf(spec, "variant", "plain"),
                  TextOf(spec, "scale", "reduced"));
  }
  const Shape shape = OutcomeShape(spec, n, c);
  const Sides base = BaseByName(shape.base, g);
  return Present(g, {shape.factor.correct * base.correct, shape.factor.wrong * base.wrong});
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
