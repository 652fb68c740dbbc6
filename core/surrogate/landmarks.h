// Places of interest on the curves of a method.
#ifndef ADVANTAGED_CORE_SURROGATE_LANDMARKS_H_
#define ADVANTAGED_CORE_SURROGATE_LANDMARKS_H_

#include <functional>
#include <optional>
#include <span>

#include "core/surrogate/population.h"

namespace advantaged {

// F at both ends, where it may be infinite or NaN, and between.
struct SurrogateValues {
  double at_zero;
  double at_one;
  std::function<double(double rho)> at;
};

// Where F is largest: an end, or a maximum inside, found where F′ falls through 0 between two
// points of the grid and refined to the last digit; the higher ρ of equals. None if F′ is 0 at all
// points.
std::optional<double> ArgMax(const PopulationLimit& limit, std::span<const double> rho,
                             const SurrogateValues& surrogate);

// The smallest ρ from which A₊ < 0 or A₋ > 0: the first point of the grid, refined to the last
// digit below it; 0 if it holds for every small ρ.
std::optional<double> SignChange(const PopulationLimit& limit, std::span<const double> rho);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_LANDMARKS_H_
