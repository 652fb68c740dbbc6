// REINFORCE: no baseline.
//
//   A_i = r_i;   A₊ = 1,  A₋ = 0
//
// Unbiased for ∇ρ. Equation (5) of arXiv 2510.23049v1.
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

Pair Table(const Counts& /*unused*/, const Parameters& /*unused*/) { return {1, 0}; }

AffineRule Rewards(const Parameters& /*unused*/) {
  return {.baseline = AffineRule::Baseline::kZero};
}

}  // namespace

const MethodRow kReinforce{.name = "reinforce",
                           .equation = "A_i = r_i; A+ = 1, A- = 0",
                           .source = "arXiv 2510.23049v1 (5)",
                           .input = MethodInput::kRewards,
                           .constant_group = ConstantGroup::kFormula,
                           .smallest_group = AnyGroup,
                           .table = Table,
                           .affine = ByRule<Rewards>,
                           .rule = Rewards,
                           .surrogate = SuccessRate};

}  // namespace advantaged
