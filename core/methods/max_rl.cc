// MaxRL: the gradient of log-likelihood, which divides by the mean reward.
//
//   A_i = (r_i − mean)/mean, 0 where mean ≤ 0;   A₊ = (1−ρ̂)/ρ̂,   A₋ = −1
//
// arXiv 2602.02710.
#include "core/kernels/exact_sum.h"
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

Pair Table(const Counts& g, const Parameters& /*unused*/) {
  if (g.c == 0) return {0, 0};
  return {(g.n - g.c) / g.c, -1};
}

Affine Rewards(const RewardGroup& group, const Parameters& /*unused*/) {
  // Rewards of both signs may cancel to a mean far below their size, and the method divides by it
  // and asks for its sign: the sum must be exact.
  const double sum = ExactSum(group.rewards);
  return {.slope = sum > 0 ? group.moments.n / sum : 0,
          .centre = group.moments.mean,
          .shift = group.moments.residual};
}

SurrogateParts Surrogate(const Parameters& /*unused*/) { return {"log(rho)"}; }

}  // namespace

const MethodRow kMaxRl{
    .name = "max_rl",
    .equation = "A_i = (r_i - mean)/mean, 0 where mean <= 0; A+ = (1-rho)/rho, A- = -1",
    .source = "arXiv 2602.02710",
    .input = MethodInput::kRewards,
    .constant_group = ConstantGroup::kZero,
    .smallest_group = GroupOfTwo,
    .table = Table,
    .affine = Rewards,
    .surrogate = Surrogate};

}  // namespace advantaged
