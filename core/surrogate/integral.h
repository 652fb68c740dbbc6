// F from F′, numerically.
//
// F′ has end points like 1/√(ρ(1−ρ)), and ρ = sin²θ removes them:
// ∫ F′ dρ = ∫ F′(sin²θ) · 2 sinθ cosθ dθ.
#ifndef ADVANTAGED_CORE_SURROGATE_INTEGRAL_H_
#define ADVANTAGED_CORE_SURROGATE_INTEGRAL_H_

#include <span>
#include <vector>

#include "advantaged/describe.h"
#include "core/surrogate/population.h"

namespace advantaged {

struct Integral {
  double value = 0;
  double error_bound = 0;  // absolute: the estimate of the quadrature and the rounding
};

// F on a grid and at both ends.
struct IntegratedSurrogate {
  std::vector<double> value;
  double at_zero = 0;  // −∞ if F is anchored at one
  double at_one = 0;
  SurrogateAnchor anchor = SurrogateAnchor::kZeroAtZero;
  double error_bound = 0;  // of every value
};

class SurrogateIntegral {
 public:
  // `limit` must outlive this.
  explicit SurrogateIntegral(const PopulationLimit& limit);

  // ∫_from^to F′ dρ for 0 ≤ from ≤ to ≤ 1, where F′ is integrable.
  Integral Between(double from, double to) const;

  // From point to point of an ascending grid. F is anchored at ρ = 0 unless F′ grows there like 1/ρ
  // or faster.
  IntegratedSurrogate Over(std::span<const double> rho) const;

 private:
  const PopulationLimit& limit_;
  const double rounding_;  // relative, of an integrand
  double negligible_;      // an error of a panel that nobody needs to make smaller
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_INTEGRAL_H_
