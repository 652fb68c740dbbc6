// RLOO: the baseline of each response is the mean reward of the others.
//
//   A_i = r_i − (1/(n−1)) Σ_{j≠i} r_j = n/(n−1) · (r_i − mean)
//   A₊ = n/(n−1)·(1−ρ̂) = (n−c)/(n−1),   A₋ = −n/(n−1)·ρ̂ = −c/(n−1)
//
// Unbiased for ∇ρ. Equation (6) of arXiv 2510.23049v1.
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

Pair Table(const Counts& g, const Parameters& /*unused*/) {
  return {(g.n - g.c) / (g.n - 1), -g.c / (g.n - 1)};
}

AffineRule Rewards(const Parameters& /*unused*/) {
  return {.slope = AffineRule::Slope::kLeaveOneOut};
}

}  // namespace

const MethodRow kRloo{
    .name = "rloo",
    .equation = "A_i = r_i - mean of the others; A+ = n/(n-1) (1-rho), A- = -n/(n-1) rho",
    .source = "arXiv 2510.23049v1 (6)",
    .input = MethodInput::kRewards,
    .constant_group = ConstantGroup::kZero,
    .smallest_group = GroupOfTwo,
    .table = Table,
    .affine = ByRule<Rewards>,
    .rule = Rewards,
    .surrogate = SuccessRate};

}  // namespace advantaged
