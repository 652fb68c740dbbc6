#include "advantaged/describe.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "core/methods/failure.h"
#include "core/methods/resolve.h"
#include "core/methods/surrogate.h"
#include "core/methods/table_cache.h"
#include "core/surrogate/curve.h"
#include "core/surrogate/finite_n.h"
#include "core/surrogate/stop_point.h"

namespace advantaged {
namespace {

constexpr double kSmallestRho = 1e-100;
// Most that one description may cost (MethodRow::cost): about a second.
constexpr std::size_t kMaxCost = std::size_t{1} << 26;

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

std::size_t Points(const DescribeRequest& request) {
  return request.rho.empty() ? request.points : request.rho.size();
}

// One evaluation for each c; for each point one of F and one of F′, or those of a quadrature.
void CheckCost(const DescribeRequest& request, const ResolvedMethod& method,
               Violations& violations) {
  if (method.row->cost == nullptr) return;
  const std::size_t each = method.parameters.formula != nullptr ? 2 : 24;
  const std::size_t evaluations = request.n + 1 + each * Points(request);
  if (evaluations * method.row->cost(request.n, method.parameters) <= kMaxCost) return;
  violations.Add(Concat("method.", method.row->name),
                 Concat("takes more than ", kMaxCost, " operations for n = ", request.n, " and ",
                        Points(request), " points; take fewer"));
}

void CheckFormulaTable(const std::vector<Pair>& table, const ResolvedMethod& method,
                       Violations& violations) {
  if (method.parameters.formula == nullptr) return;
  const auto undefined =
      std::ranges::find_if(table, [](const Pair& entry) { return std::isnan(entry.correct); });
  if (undefined == table.end()) return;
  const auto n = static_cast<std::uint32_t>(table.size() - 1);
  const auto c = static_cast<std::uint32_t>(undefined - table.begin());
  const std::uint32_t k = std::min(method.parameters.k, n);
  method.row->refuse_undefined(MakeCounts(n, c, 0, FailureWithout(n, k, c)), method.parameters,
                               violations);
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

// The table and the curves of a request whose method is resolved and which has been checked.
void Compute(const DescribeRequest& request, ResolvedMethod method, StopPoint& stop,
             Description& description) {
  Violations& violations = description.violations;
  std::vector<Pair> table = FiniteTable(*method.row, method.parameters, request.n, stop);
  CheckFormulaTable(table, method, violations);
  if (!violations.empty()) return;
  description.table = Round(table, violations);
  if (!violations.empty()) return;
  description.name = method.row->name;
  description.equation = method.row->equation;
  description.source = method.row->source;
  description.n = request.n;
  description.curve = DescribeCurve(method, std::move(table), Grid(request), stop, violations);
  description.method = std::move(method.spec);
}

}  // namespace

Description Describe(const DescribeRequest& request, const std::function<bool()>& stop) {
  Description description;
  Violations& violations = description.violations;
  ResolvedMethod method = ResolveMethod(request.method, violations);
  if (violations.empty()) CheckGroupSize(request.n, method, violations);
  CheckGrid(request, violations);
  if (violations.empty()) CheckCost(request, method, violations);
  if (!violations.empty()) return description;
  StopPoint point(stop);
  try {
    Compute(request, std::move(method), point, description);
  } catch (const Stopped&) {
    description.stopped = true;
  }
  return description;
}

}  // namespace advantaged
