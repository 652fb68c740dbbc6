// Dr. GRPO: mean baseline without a scale.
//
//   A_i = r_i − mean;   A₊ = 1−ρ̂,   A₋ = −ρ̂
//
// Liu et al., arXiv 2503.20783.
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

Pair Table(const Counts& g, const Parameters& /*unused*/) { return {g.fail, -g.rho}; }

AffineRule Rewards(const Parameters& /*unused*/) { return {}; }

}  // namespace

const MethodRow kDrGrpo{.name = "dr_grpo",
                        .equation = "A_i = r_i - mean; A+ = 1-rho, A- = -rho",
                        .source = "arXiv 2503.20783",
                        .input = MethodInput::kRewards,
                        .constant_group = ConstantGroup::kZero,
                        .smallest_group = GroupOfTwo,
                        .table = Table,
                        .affine = ByRule<Rewards>,
                        .rule = Rewards,
                        .surrogate = SuccessRate};

}  // namespace advantaged
