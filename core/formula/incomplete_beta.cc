#include "core/formula/incomplete_beta.h"

#include <boost/math/special_functions/beta.hpp>
#include <limits>

namespace advantaged::formula {
namespace {

namespace policies = boost::math::policies;

// Errors are values here: NaN, infinity. Iterations are bounded, since parameters come from
// outside. Double all along: long double would take ten times as long for a digit more.
using Policy =
    policies::policy<policies::domain_error<policies::ignore_error>,
                     policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::underflow_error<policies::ignore_error>,
                     policies::denorm_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>,
                     policies::max_series_iterations<10000>, policies::promote_double<false>>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool IsParameter(double a) { return a > 0 && a <= kMaxBetaParameter; }

}  // namespace

double IncompleteBetaValue(double x, double rest, double a, double b) {
  if (!IsParameter(a) || !IsParameter(b) || !(x >= 0) || !(rest >= 0)) return kNaN;
  // Near 1 from the far end, whose distance is known to more digits; but only above the mean of the
  // distribution, where what is taken off is the smaller part.
  if (x <= 0.9 || x <= a / (a + b)) return boost::math::beta(a, b, x, Policy());
  return boost::math::beta(a, b, Policy()) - boost::math::beta(b, a, rest, Policy());
}

}  // namespace advantaged::formula
