// The curves of a description.
#ifndef ADVANTAGED_CORE_SURROGATE_CURVE_H_
#define ADVANTAGED_CORE_SURROGATE_CURVE_H_

#include <vector>

#include "advantaged/describe.h"
#include "core/methods/method.h"
#include "core/methods/resolve.h"
#include "core/surrogate/stop_point.h"

namespace advantaged {

// `table` for c = 0 … n before rounding, `rho` as DescribedCurve::rho. Adds a violation if the
// caller's formula is not finite on the grid.
DescribedCurve DescribeCurve(const ResolvedMethod& method, std::vector<Pair> table,
                             std::vector<double> rho, StopPoint& stop, Violations& violations);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_CURVE_H_
