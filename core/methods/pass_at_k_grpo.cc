// GRPO_K: GRPO weighted by leave-one-out failure.
//
//   A₊ = A_GRPO · f₊,   A₋ = A_GRPO · f₋         (× K with keep_factor_k)
//
// Equations (17), (18) of arXiv 2510.23049v1.
#include "core/methods/pass_at_k.h"
#include "core/methods/rows.h"

namespace advantaged {
const MethodRow kPassAtKGrpo{.name = "pass_at_k_grpo",
                             .equation = "A+ = A_GRPO f+, A- = A_GRPO f-",
                             .source = "arXiv 2510.23049v1 (17), (18)",
                             .input = MethodInput::kOutcomes,
                             .constant_group = ConstantGroup::kZero,
                             .parameters = kPassAtKParameters,
                             .smallest_group = GroupOfTwoAndK,
                             .factor = FailureFactor,
                             .base = GrpoBase,
                             .surrogate = PassAtKArcsine,
                             .keeps_mean = true};

}  // namespace advantaged
