#include "core/surrogate/curve.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/text.h"
#include "core/surrogate/closed_form.h"
#include "core/surrogate/finite_n.h"
#include "core/surrogate/integral.h"
#include "core/surrogate/landmarks.h"
#include "core/surrogate/population.h"

namespace advantaged {
namespace {

constexpr double kFormulaError = 0x1p-42;  // of closed forms, relative to the largest |F|

// False if F or F′ is not finite at every point.
bool UseClosedForm(const ClosedForm& form, const PopulationLimit& limit, StopPoint& stop,
                   DescribedCurve& curve) {
  curve.surrogate_anchor = AnchorOf(form);
  const double anchor = PositionOf(curve.surrogate_anchor);
  const double offset = form.At(anchor);
  const auto value = [&](double rho) { return form.At(rho) - offset; };
  std::vector<double> surrogate;
  double largest = std::abs(offset);
  for (std::size_t i = 0; i < curve.rho.size(); ++i) {
    stop.Pass();
    surrogate.push_back(value(curve.rho[i]));
    if (!std::isfinite(surrogate.back()) || !std::isfinite(curve.surrogate_derivative[i])) {
      return false;
    }
    largest = std::max(largest, std::abs(surrogate.back()));
  }
  curve.surrogate = std::move(surrogate);
  curve.surrogate_kind = SurrogateKind::kClosedForm;
  curve.surrogate_error_bound = kFormulaError * largest;
  curve.surrogate_formula = form.text();
  curve.surrogate_arg_max = ArgMax(limit, curve.rho, {value(0), value(1), value});
  if (!form.splits()) return true;
  for (const double rho : curve.rho) {
    stop.Pass();
    curve.data_term.push_back(form.DataTerm(rho) - form.DataTerm(anchor));
    curve.regularizer.push_back(form.Regularizer(rho) - form.Regularizer(anchor));
  }
  return true;
}

void UseIntegral(const PopulationLimit& limit, DescribedCurve& curve) {
  const SurrogateIntegral integral(limit);
  IntegratedSurrogate integrated = integral.Over(curve.rho);
  curve.surrogate_kind = SurrogateKind::kIntegrated;
  curve.surrogate_anchor = integrated.anchor;
  curve.surrogate_error_bound = integrated.error_bound;
  curve.surrogate = std::move(integrated.value);
  // From the next point of the grid, whose value is known.
  const auto value = [&](double rho) {
    const auto next = std::ranges::lower_bound(curve.rho, rho);
    if (next == curve.rho.end()) {
      return curve.surrogate.back() + integral.Between(curve.rho.back(), rho).value;
    }
    return curve.surrogate[static_cast<std::size_t>(next - curve.rho.begin())] -
           integral.Between(rho, *next).value;
  };
  curve.surrogate_arg_max =
      ArgMax(limit, curve.rho, {integrated.at_zero, integrated.at_one, value});
}

// Says where the caller's formula, which nothing else can stand in for, is not finite.
void RefuseFormula(const ClosedForm& form, std::span<const double> rho, Violations& violations) {
  const auto undefined =
      std::ranges::find_if(rho, [&](double at) { return !IsFinite(form.Evaluate(at)); });
  const bool on_curve = undefined != rho.end();
  const double at = on_curve ? *undefined : 0.5;
  const Blame blame = form.BlameAt(at);
  violations.Add(
      Concat("method.surrogate.", blame.parameter),
      Concat(blame.subject,
             on_curve ? "must be finite at every point of the curve, and so must its slope"
                      : "must be finite at rho = 0, 1 or 0.5, where F is taken as 0",
             ": at rho = ", at, " the value is ", blame.value.value, " and the slope ",
             blame.value.slope));
}

void AddLimit(const ResolvedMethod& method, std::uint32_t n, StopPoint& stop, DescribedCurve& curve,
              Violations& violations) {
  if (!HasPopulationLimit(method.parameters)) return;
  const PopulationLimit limit(*method.row, method.parameters, n, stop);
  for (const double rho : curve.rho) {
    const Pair a = limit.At(rho);
    curve.advantage_correct.push_back(a.correct);
    curve.advantage_wrong.push_back(a.wrong);
    curve.weight_correct.push_back(rho * a.correct);
    curve.weight_wrong.push_back((1 - rho) * std::abs(a.wrong));
    curve.surrogate_derivative.push_back(a.correct - a.wrong);
  }
  const std::optional<ClosedForm> form = ClosedForm::Of(method, n);
  const bool closed = form && UseClosedForm(*form, limit, stop, curve);
  if (!closed && method.parameters.formula != nullptr) {
    return RefuseFormula(*form, curve.rho, violations);
  }
  if (!closed) UseIntegral(limit, curve);
  curve.sign_change_rho = SignChange(limit, curve.rho);
}

void AddFiniteSize(const ResolvedMethod& method, std::vector<Pair> table, StopPoint& stop,
                   DescribedCurve& curve) {
  const auto n = static_cast<std::uint32_t>(table.size() - 1);
  FiniteSurrogate finite(std::move(table));
  for (const double rho : curve.rho) {
    stop.Pass();
    const FiniteSurrogate::Point point = finite.At(rho);
    curve.finite_n_surrogate_derivative.push_back(point.slope);
    curve.finite_n_surrogate.push_back(point.value);
    curve.coefficient_sd.push_back(point.coefficient_sd);
    curve.mean_square_advantage.push_back(point.mean_square);
  }
  if (!method.spec.parameters.contains("k") || method.parameters.k > n) return;
  PassAtKEstimator estimator(n, method.parameters.k);
  for (const double rho : curve.rho) {
    stop.Pass();
    const PassAtKEstimator::Point point = estimator.At(rho);
    curve.pass_at_k_mean.push_back(point.mean);
    curve.pass_at_k_sd.push_back(point.sd);
  }
}

}  // namespace

DescribedCurve DescribeCurve(const ResolvedMethod& method, std::vector<Pair> table,
                             std::vector<double> rho, StopPoint& stop, Violations& violations) {
  DescribedCurve curve;
  curve.rho = std::move(rho);
  AddLimit(method, static_cast<std::uint32_t>(table.size() - 1), stop, curve, violations);
  AddFiniteSize(method, std::move(table), stop, curve);
  return curve;
}

}  // namespace advantaged
