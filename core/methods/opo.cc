// OPO: the baseline that minimizes variance if the gradient's norm grows with the response's
// length.
//
//   A_i = r_i − Σ_j L_j r_j / Σ_j L_j,   L_j the length of response j in tokens
//
// arXiv 2505.23585. Needs lengths; not all 0.
#include "core/kernels/lane_sum.h"
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

Affine Rewards(const RewardGroup& group, const Parameters& /*unused*/) {
  // Around the mean, so that an offset common to all rewards costs no digits in the products.
  const double mean = group.moments.mean;
  const auto [weight, weighted] = LaneSum<2>(group.rewards.size(), [&](std::size_t i) {
    const auto length = static_cast<double>(group.lengths[i]);
    return std::array<double, 2>{length, length * (static_cast<double>(group.rewards[i]) - mean)};
  });
  return {.slope = 1, .centre = mean, .shift = weighted / weight};
}

// Lengths independent of outcomes: the baseline is the mean.
Pair Limit(const Counts& counts, const Parameters& /*unused*/) {
  return {counts.fail, -counts.rho};
}

}  // namespace

const MethodRow kOpo{
    .name = "opo",
    .equation = "A_i = r_i - Sum[j](L_j r_j) / Sum[j](L_j), L the response lengths",
    .source = "arXiv 2505.23585",
    .input = MethodInput::kRewards,
    .constant_group = ConstantGroup::kZero,
    .smallest_group = GroupOfTwo,
    .affine = Rewards,
    .limit = Limit,
    .surrogate = SuccessRate,
    .needs_lengths = true};

}  // namespace advantaged
