// A method in the limit of many responses.
#ifndef ADVANTAGED_CORE_SURROGATE_POPULATION_H_
#define ADVANTAGED_CORE_SURROGATE_POPULATION_H_

#include <algorithm>
#include <cstdint>

#include "core/methods/method.h"
#include "core/surrogate/stop_point.h"

namespace advantaged {

// False for `custom_table`, whose tables say nothing about other n.
bool HasPopulationLimit(const Parameters& parameters);

// A₊ and A₋ as functions of ρ: the method's own formula for a group so large that n − 1 = n in
// double, or `row.limit`. Needs no second formula, so it cannot disagree with the table.
class PopulationLimit {
 public:
  // `n` is the group size of the question; it matters only to rows with `limit`. `stop` is passed
  // before each evaluation.
  PopulationLimit(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                  StopPoint& stop)
      : row_(row), parameters_(parameters), n_(n), stop_(stop) {}

  // At 0 < ρ < 1; `fail` = 1 − ρ.
  Pair At(double rho, double fail) const;
  Pair At(double rho) const { return At(rho, 1 - rho); }

  // The largest exponent of 1 − ρ, whose rounding it multiplies; at least 1.
  double LargestPower() const { return std::max<double>(parameters_.k, parameters_.gamma); }

  // F′(ρ) = A₊ − A₋.
  double Slope(double rho, double fail) const {
    const Pair a = At(rho, fail);
    return a.correct - a.wrong;
  }

 private:
  const MethodRow& row_;
  const Parameters& parameters_;
  const double n_;
  StopPoint& stop_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_POPULATION_H_
