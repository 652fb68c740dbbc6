// The surrogate reward is the method: any F(ρ, ρ_K) that the caller writes, turned into advantages
// by differentiating it and putting the estimates ρ̂, ρ̂_K and the RLOO gradient into dF/dρ.
//
//   A_i = F′(ρ̂) · (r_i − ρ̂),   times n/(n−1) with leave_one_out_factor;   0 for c = 0 and c = n
//   F = formula + regularizer_coefficient · regularizer                                        (2)
//   F′ = ∂F/∂ρ + ∂F/∂ρ_K · K(1−ρ̂_K)/(1−ρ̂);   the second part is 0 where ρ̂_K = 1
//
// Forward engineering, arXiv 2510.23049v1. Language: core/formula/formula.h.
#include "core/methods/surrogate.h"

#include <cmath>
#include <limits>
#include <utility>

#include "base/names.h"
#include "base/text.h"
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// More could not all be used in texts of 512 bytes.
constexpr std::size_t kMaxConstants = 128;

constexpr ParameterRow kParameters[] = {
    {.name = "formula",
     .description = "F as a function of rho, rho_k, k and the constants",
     .type = ParameterType::kText,
     .example = "a*rho_k^b"},
    {.name = "k",
     .description = "K of rho_k; required if the formulas contain rho_k or k, else refused",
     .type = ParameterType::kInteger,
     .minimum = 1,
     .maximum = kMaxGroupSize,
     .may_be_omitted = true,
     .example = "2",
     .set = [](Parameters& p, double value) { p.k = static_cast<std::uint32_t>(value); }},
    {.name = "constants",
     .description = "values of the other names in the formulas, each of which must be used",
     .type = ParameterType::kConstants,
     .may_be_omitted = true,
     .example = "a=0.5,b=2"},
    {.name = "leave_one_out_factor",
     .description = "multiply by n/(n-1), as RLOO does",
     .type = ParameterType::kFlag,
     .default_number = 0,
     .example = "true",
     .set = [](Parameters& p, double value) { p.leave_one_out_factor = value != 0; }},
    {.name = "regularizer",
     .description = "added to F, times its coefficient: std, entropy or a formula",
     .type = ParameterType::kText,
     .may_be_omitted = true,
     .example = "std"},
    {.name = "regularizer_coefficient",
     .description = "weight of the regularizer; required with one, else refused",
     .type = ParameterType::kReal,
     .minimum = 0,
     .may_be_omitted = true,
     .example = "0.5"}};

template <typename Type>
const Type* Sent(const MethodSpec& spec, std::string_view name) {
  const auto found = spec.parameters.find(name);
  return found == spec.parameters.end() ? nullptr : std::get_if<Type>(&found->second);
}

void CheckConstants(const Constants& constants, const std::string& path, Violations& violations) {
  if (constants.size() > kMaxConstants) {
    violations.Add(path,
                   Concat("has ", constants.size(), " entries; ", kMaxConstants, " are the most"));
    return;
  }
  for (const auto& [name, value] : constants) {
    if (name.size() > Formula::kMaxNameBytes) {
      violations.Add(path, Concat("has a name of ", name.size(), " bytes; ", Formula::kMaxNameBytes,
                                  " are the most"));
    } else if (!Formula::IsName(name)) {
      violations.Add(path, Concat("\"", name, "\" is not a name for a constant: [a-z_][a-z0-9_]*, ",
                                  "neither a variable nor a function"));
    } else if (!std::isfinite(value)) {
      violations.Add(Concat(path, "[", name, "]"), Concat(value, " is not finite"));
    }
  }
}

std::optional<Formula> Compiled(const std::string& text, const Constants& constants,
                                const std::string& path, Violations& violations) {
  auto compiled = Formula::Compile(text, constants);
  if (const auto* error = std::get_if<FormulaError>(&compiled)) {
    violations.Add(path, error->Text());
    return std::nullopt;
  }
  return std::get<Formula>(std::move(compiled));
}

std::optional<Formula> CompiledRegularizer(const std::string& text, const Constants& constants,
                                           const std::string& path, Violations& violations) {
  const bool short_for_a_function = text == "std" || text == "entropy";
  return Compiled(short_for_a_function ? text + "(rho)" : text, constants, path, violations);
}

// Whatever was sent must be used, and what is used must have been sent.
void CheckUse(const SurrogateFormula& formula, const MethodSpec& spec, const Constants& constants,
              const std::string& path, Violations& violations) {
  const auto either = [&](auto&& property) {
    return property(formula.data_term) || (formula.regularizer && property(*formula.regularizer));
  };
  const bool uses_k = formula.uses_rho_k() || either([](const Formula& f) { return f.uses_k(); });
  const bool has_k = spec.parameters.contains("k");
  if (uses_k && !has_k) {
    violations.Add(path + "k", Concat("is required: the formula contains ",
                                      formula.uses_rho_k() ? "rho_k" : "k"));
  } else if (has_k && !uses_k) {
    violations.Add(path + "k", "is not used: the formula contains neither rho_k nor k");
  }
  for (const auto& constant : constants) {
    const std::string& name = constant.first;
    if (either([&](const Formula& f) { return f.uses(name); })) continue;
    violations.Add(Concat(path, "constants[", name, "]"), "is not used by the formula");
  }
}

// Formulas contain line ends and every sign of the language, but no zero bytes.
std::string Identity(const SurrogateFormula& formula, const Constants& constants) {
  constexpr std::string_view kEnd("\0", 1);
  std::string identity = Concat(formula.data_term.text(), kEnd);
  if (formula.regularizer) {
    Append(identity, Concat(formula.regularizer_coefficient, "*", formula.regularizer->text()));
  }
  for (const auto& [name, value] : constants) Append(identity, Concat(kEnd, name, "=", value));
  return identity;
}

std::shared_ptr<const SurrogateFormula> Compile(const MethodSpec& spec, const std::string& path,
                                                Violations& violations) {
  const std::size_t before = violations.count();
  const auto* sent_constants = Sent<Constants>(spec, "constants");
  const Constants constants = sent_constants == nullptr ? Constants() : *sent_constants;
  const auto* regularizer = Sent<std::string>(spec, "regularizer");
  const auto* coefficient = Sent<double>(spec, "regularizer_coefficient");
  CheckConstants(constants, path + "constants", violations);
  if (regularizer != nullptr && coefficient == nullptr) {
    violations.Add(path + "regularizer_coefficient", "is required with a regularizer");
  } else if (regularizer == nullptr && coefficient != nullptr) {
    violations.Add(path + "regularizer_coefficient", "is not used: there is no regularizer");
  }
  if (violations.count() > before) return nullptr;
  std::optional<Formula> data_term =
      Compiled(*Sent<std::string>(spec, "formula"), constants, path + "formula", violations);
  std::optional<Formula> regular;
  if (regularizer != nullptr) {
    regular = CompiledRegularizer(*regularizer, constants, path + "regularizer", violations);
  }
  if (violations.count() > before) return nullptr;
  SurrogateFormula formula{.data_term = *std::move(data_term),
                           .regularizer = std::move(regular),
                           .regularizer_coefficient = coefficient == nullptr ? 0 : *coefficient,
                           .identity = {}};
  CheckUse(formula, spec, constants, path, violations);
  if (violations.count() > before) return nullptr;
  formula.identity = Identity(formula, constants);
  return std::make_shared<const SurrogateFormula>(std::move(formula));
}

std::uint32_t SmallestGroup(const Parameters& p) {
  return p.formula != nullptr && p.formula->uses_rho_k() ? GroupOfTwoAndK(p) : GroupOfTwo(p);
}

// What the caller sends; the description of one method shows it as sent.
SurrogateParts Parts(const Parameters& /*unused*/) {
  return {"formula", "regularizer_coefficient*regularizer"};
}

constexpr Base MeanBase(const Parameters& p) {
  return p.leave_one_out_factor ? Base::kRloo : Base::kDrGrpo;
}

Pair Factor(const Counts& g, const Parameters& p) {
  if (g.c == 0 || g.c == g.n) return {0, 0};
  const Formula::Value value = p.formula->Evaluate(SurrogatePoint(g, p.k));
  const double factor = IsFinite(value) ? value.slope : kNaN;
  return {factor, factor};
}

void RefuseUndefined(const Counts& counts, const Parameters& parameters, Violations& violations) {
  const Blame blame = BlameFor(*parameters.formula, SurrogatePoint(counts, parameters.k));
  violations.Add(
      Concat("method.surrogate.", blame.parameter),
      Concat(blame.subject, "must be finite for 0 < c < n, and so must its slope: at rho = ",
             counts.rho, " (c = ", counts.c, " of n = ", counts.n, ") the value is ",
             blame.value.value, " and the slope ", blame.value.slope));
}

std::size_t Cost(std::uint32_t /*unused*/, const Parameters& p) { return p.formula->cost(); }

}  // namespace

Formula::Point SurrogatePoint(const Counts& counts, std::uint32_t k) {
  return {.rho = counts.rho,
          .fail = counts.fail,
          .rho_k = counts.rho_k,
          .fail_k = counts.fail * counts.f_wrong,
          .rho_k_slope = k * counts.f_wrong,
          .k = static_cast<double>(k)};
}

const MethodRow kSurrogate{
    .name = "surrogate",
    .equation = "A_i = F'(rho) (r_i - rho), F = formula + regularizer_coefficient regularizer",
    .source = "arXiv 2510.23049v1 (2), forward engineering",
    .input = MethodInput::kOutcomes,
    .constant_group = ConstantGroup::kZero,
    .parameters = kParameters,
    .smallest_group = SmallestGroup,
    .factor = Factor,
    .base = MeanBase,
    .surrogate = Parts,
    .compile = Compile,
    .cost = Cost,
    .refuse_undefined = RefuseUndefined};

}  // namespace advantaged
