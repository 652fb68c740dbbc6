#include "advantaged/describe.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/resolve.h"
#include "core/surrogate/finite_n.h"
#include "core/surrogate/integral.h"
#include "core/surrogate/landmarks.h"
#include "core/surrogate/population.h"
#include "core/text.h"

namespace advantaged {
namespace {

constexpr double kSmallestRho = 1e-100;

void CheckGrid(const DescribeRequest& request, Violations& violations) {
  if (request.rho.empty()) {
    if (request.points < 1 || request.points > kMaxDescribedPoints) {
      violations.Add("points", Concat(request.points, " is not in 1 … ", kMaxDescribedPoints));
    }
    return;
  }
  if (request.rho.size() > kMaxDescribedPoints) {
    violations.Add("rho", Concat(request.rho.size(), " points; at most ", kMaxDescribedPoints,
                                 " are allowed"));
    return;
  }
  for (std::size_t i = 0; i < request.rho.size(); ++i) {
    const double rho = request.rho[i];
    if (!(rho >= kSmallestRho && rho < 1)) {
      violations.Add(At("rho", i), Concat(rho, " is not in [", kSmallestRho, ", 1)"));
    } else if (i > 0 && rho <= request.rho[i - 1]) {
      violations.Add(At("rho", i),
                     Concat(rho, " is not above ", request.rho[i - 1], ": rho must ascend"));
    }
  }
}

void CheckGroupSize(std::uint32_t n, const ResolvedMethod& method, Violations& violations) {
  if (n < 2 || n > kMaxTableSize) {
    violations.Add("n", Concat(n, " is not in 2 … ", kMaxTableSize));
    return;
  }
  const Parameters& p = method.parameters;
  const std::string path = Concat("method.", method.row->name, ".");
  const std::uint32_t needed = method.row->smallest_group(p);
  if (n < needed) {
    violations.Add(path + "k", Concat(p.k, " is above ", n - (needed - p.k),
                                      ", the most that groups of n = ", n, " allow"));
  }
  if (p.tables != nullptr && std::ranges::find(*p.tables, n, &OutcomeTable::n) == p.tables->end()) {
    violations.Add(path + "tables", Concat("there is none for groups of n = ", n));
  }
}

std::vector<double> Grid(const DescribeRequest& request) {
  if (!request.rho.empty()) return request.rho;
  std::vector<double> rho;
  const double steps = request.points + 1.0;
  for (std::uint32_t i = 1; i <= request.points; ++i) rho.push_back(i / steps);
  return rho;
}

// Adds a violation where an advantage is beyond float32: `Compute` refuses it too.
DescribedTable Round(const std::vector<Pair>& table, Violations& violations) {
  const auto n = static_cast<double>(table.size() - 1);
  DescribedTable rounded;
  for (std::size_t c = 0; c < table.size(); ++c) {
    // Adding +0 turns −0 into 0.
    const float correct = static_cast<float>(table[c].correct) + 0.0F;
    const float wrong = static_cast<float>(table[c].wrong) + 0.0F;
    if (!std::isfinite(correct) || !std::isfinite(wrong)) {
      violations.Add("method",
                     Concat("an advantage at c = ", c, " of n = ", n,
                            " is beyond float32: ", table[c].correct, ", ", table[c].wrong));
    }
    rounded.advantage_correct.push_back(correct);
    rounded.advantage_wrong.push_back(wrong);
    const auto ones = static_cast<double>(c);
    rounded.weight_correct.push_back(ones / n * correct);
    rounded.weight_wrong.push_back((n - ones) / n * std::abs(wrong));
  }
  return rounded;
}

void DescribeLimit(const ResolvedMethod& method, std::uint32_t n, DescribedCurve& curve) {
  if (!HasPopulationLimit(method.parameters)) return;
  const PopulationLimit limit(*method.row, method.parameters, n);
  for (const double rho : curve.rho) {
    const Pair a = limit.At(rho);
    curve.advantage_correct.push_back(a.correct);
    curve.advantage_wrong.push_back(a.wrong);
    curve.weight_correct.push_back(rho * a.correct);
    curve.weight_wrong.push_back((1 - rho) * std::abs(a.wrong));
    curve.surrogate_derivative.push_back(a.correct - a.wrong);
  }
  const SurrogateIntegral integral(limit);
  IntegratedSurrogate integrated = integral.Over(curve.rho);
  curve.surrogate_kind = SurrogateKind::kIntegrated;
  curve.surrogate_anchor = integrated.anchor;
  curve.surrogate_error_bound = integrated.error_bound;
  curve.surrogate = std::move(integrated.value);
  curve.surrogate_arg_max =
      ArgMax(limit, integral, {curve.rho, curve.surrogate, integrated.at_zero, integrated.at_one});
  curve.sign_change_rho = SignChange(limit, curve.rho);
}

void DescribeFiniteSize(const ResolvedMethod& method, std::vector<Pair> table,
                        DescribedCurve& curve) {
  const auto n = static_cast<std::uint32_t>(table.size() - 1);
  FiniteSurrogate finite(std::move(table));
  for (const double rho : curve.rho) {
    const FiniteSurrogate::Point point = finite.At(rho);
    curve.finite_n_surrogate_derivative.push_back(point.slope);
    curve.finite_n_surrogate.push_back(point.value);
    curve.coefficient_sd.push_back(point.coefficient_sd);
    curve.mean_square_advantage.push_back(point.mean_square);
  }
  if (!method.spec.parameters.contains("k") || method.parameters.k > n) return;
  PassAtKEstimator estimator(n, method.parameters.k);
  for (const double rho : curve.rho) {
    const PassAtKEstimator::Point point = estimator.At(rho);
    curve.pass_at_k_mean.push_back(point.mean);
    curve.pass_at_k_sd.push_back(point.sd);
  }
}

}  // namespace

Description Describe(const DescribeRequest& request) {
  Description description;
  Violations& violations = description.violations;
  ResolvedMethod method = ResolveMethod(request.method, violations);
  if (violations.empty()) CheckGroupSize(request.n, method, violations);
  CheckGrid(request, violations);
  if (!violations.empty()) return description;
  std::vector<Pair> table = FiniteTable(*method.row, method.parameters, request.n);
  description.table = Round(table, violations);
  if (!violations.empty()) return description;
  description.name = method.row->name;
  description.equation = method.row->equation;
  description.source = method.row->source;
  description.n = request.n;
  description.curve.rho = Grid(request);
  DescribeLimit(method, request.n, description.curve);
  DescribeFiniteSize(method, std::move(table), description.curve);
  description.method = std::move(method.spec);
  return description;
}

}  // namespace advantaged
