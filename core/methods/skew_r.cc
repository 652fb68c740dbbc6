// Skew-R: GRPO weighted by the failure rate, so that hard prompts count more.
//
//   (1−ρ̂) · A_GRPO
//
// Equation (26) of arXiv 2510.23049v1.
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

Pair Factor(const Counts& g, const Parameters& /*unused*/) { return {g.fail, g.fail}; }

SurrogateParts Surrogate(const Parameters& /*unused*/) { return {"asin(sqrt(rho))", "std(rho)"}; }

}  // namespace

const MethodRow kSkewR{.name = "skew_r",
                       .equation = "(1-rho) A_GRPO",
                       .source = "arXiv 2510.23049v1 (26)",
                       .input = MethodInput::kOutcomes,
                       .constant_group = ConstantGroup::kZero,
                       .smallest_group = GroupOfTwo,
                       .factor = Factor,
                       .base = GrpoBase,
                       .surrogate = Surrogate};

}  // namespace advantaged
