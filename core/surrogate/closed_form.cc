#include "core/surrogate/closed_form.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <variant>

#include "base/text.h"

namespace advantaged {
namespace {

// The names that formulas of rows may use: the method's own real parameters, and n.
Constants ConstantsOf(const MethodSpec& spec, std::uint32_t n) {
  Constants constants;
  constants.emplace("n", n);
  for (const auto& [name, value] : spec.parameters) {
    if (const auto* real = std::get_if<double>(&value)) constants.emplace(name, *real);
  }
  return constants;
}

std::optional<Formula> Compiled(std::string_view text, const Constants& constants) {
  if (text.empty()) return std::nullopt;
  auto compiled = Formula::Compile(text, constants);
  auto* formula = std::get_if<Formula>(&compiled);
  return formula == nullptr ? std::nullopt : std::optional<Formula>(std::move(*formula));
}

std::string Joined(const SurrogateParts& parts) {
  if (parts.regularizer.empty()) return std::string(parts.data_term);
  return Concat(parts.data_term, " + ", parts.regularizer);
}

// As one formula. The parentheses matter to a regularizer that is a sum.
std::string TextOf(const SurrogateFormula& formula) {
  if (!formula.regularizer) return formula.data_term.text();
  return Concat(formula.data_term.text(), " + ", formula.regularizer_coefficient, "*(",
                formula.regularizer->text(), ")");
}

// The point of the population: ρ_K = 1 − (1−ρ)^K.
Formula::Point PointAt(double rho, double k) {
  const double log_fail = std::log1p(-rho);
  return {.rho = rho,
          .fail = 1 - rho,
          .rho_k = -std::expm1(k * log_fail),
          .fail_k = std::exp(k * log_fail),
          .rho_k_slope = k * std::pow(1 - rho, k - 1),
          .k = k};
}

// A formula such as ρ ln ρ is NaN at the end although it has a limit: the value next to it, if it
// hardly moves there any more.
template <typename Evaluate>
double ValueOrLimit(const Evaluate& evaluate, double rho) {
  constexpr double kAlmostZero = 1e-300;
  constexpr double kStep = 0x1p-53;
  constexpr double kSettled = 1e-12;
  const double value = evaluate(rho).value;
  if (!std::isnan(value) || (rho > 0 && rho < 1)) return value;
  const Formula::Value near = evaluate(rho == 0 ? kAlmostZero : 1 - kStep);
  const double change = near.slope * (rho == 0 ? kAlmostZero : kStep);
  return std::abs(change) < kSettled ? near.value : value;
}

}  // namespace

ClosedForm::ClosedForm(SurrogateFormula formula, std::uint32_t k, std::string text)
    : formula_(std::move(formula)), k_(k), text_(std::move(text)) {}

std::optional<ClosedForm> ClosedForm::Of(const ResolvedMethod& method, std::uint32_t n) {
  const Parameters& p = method.parameters;
  if (p.formula != nullptr) return ClosedForm(*p.formula, p.k, TextOf(*p.formula));
  if (method.row->surrogate == nullptr) return std::nullopt;
  const SurrogateParts parts = method.row->surrogate(p);
  const Constants constants = ConstantsOf(method.spec, n);
  std::optional<Formula> data_term = Compiled(parts.data_term, constants);
  if (!data_term) return std::nullopt;
  return ClosedForm({.data_term = *std::move(data_term),
                     .regularizer = Compiled(parts.regularizer, constants),
                     .regularizer_coefficient = 1,
                     .identity = {}},
                    p.k, Joined(parts));
}

Formula::Value ClosedForm::Evaluate(double rho) const {
  return formula_.Evaluate(PointAt(rho, k_));
}

Blame ClosedForm::BlameAt(double rho) const { return BlameFor(formula_, PointAt(rho, k_)); }

double ClosedForm::At(double rho) const {
  return ValueOrLimit([&](double at) { return Evaluate(at); }, rho);
}

double ClosedForm::DataTerm(double rho) const {
  return ValueOrLimit([&](double at) { return formula_.data_term.Evaluate(PointAt(at, k_)); }, rho);
}

double ClosedForm::Regularizer(double rho) const {
  if (!splits()) return 0;
  const auto regularizer = [&](double at) {
    return formula_.regularizer->Evaluate(PointAt(at, k_));
  };
  return formula_.regularizer_coefficient * ValueOrLimit(regularizer, rho);
}

SurrogateAnchor AnchorOf(const ClosedForm& form) {
  if (std::isfinite(form.At(0))) return SurrogateAnchor::kZeroAtZero;
  if (std::isfinite(form.At(1))) return SurrogateAnchor::kZeroAtOne;
  return SurrogateAnchor::kZeroAtHalf;
}

double PositionOf(SurrogateAnchor anchor) {
  switch (anchor) {
    case SurrogateAnchor::kZeroAtZero:
      return 0;
    case SurrogateAnchor::kZeroAtOne:
      return 1;
    case SurrogateAnchor::kZeroAtHalf:
      break;
  }
  return 0.5;
}

std::string SurrogateText(const MethodRow& row) {
  if (row.surrogate == nullptr) return "";
  Parameters parameters;
  parameters.k = 2;  // none for which a formula is special
  const auto base = std::ranges::find(row.parameters, "base", &ParameterRow::name);
  if (base == row.parameters.end()) return Joined(row.surrogate(parameters));
  std::map<std::string, std::string> bases_of;
  for (std::size_t i = 0; i < base->choices.size(); ++i) {
    base->set(parameters, static_cast<double>(i));
    std::string& bases = bases_of[Joined(row.surrogate(parameters))];
    Append(bases, Concat(bases.empty() ? "" : ", ", base->choices[i]));
  }
  std::string text;
  for (const auto& [formula, bases] : bases_of) {
    Append(text, Concat(text.empty() ? "" : "; ", bases, ": ", formula));
  }
  return text;
}

}  // namespace advantaged
