// Methods on real rewards, as the paper defines them, in 100-digit arithmetic.
#ifndef ADVANTAGED_TESTS_REFERENCE_REWARD_METHODS_H_
#define ADVANTAGED_TESTS_REFERENCE_REWARD_METHODS_H_

#include <cstdint>
#include <vector>

#include "tests/reference/outcome_methods.h"

namespace advantaged::reference {

// One group: finite rewards, and where a method needs them, outcomes (0 or 1) and lengths.
struct RewardInput {
  std::vector<float> rewards;
  std::vector<int> outcomes = {};
  std::vector<std::uint32_t> lengths = {};
};

// reinforce, rloo, grpo, dr_grpo, max_rl, opo, max_at_k. A constant group is 0 under those with a
// baseline.
std::vector<Real> RewardMethod(const MethodSpec& spec, const RewardInput& input);

// φ(outcomes) · A_base(rewards): a method of that form under `shape_rewards`.
std::vector<Real> ShapedRewards(const MethodSpec& spec, const RewardInput& input);

// 0.51 ulp + 2^-40 of the largest: what reward methods promise for one advantage, in units of the
// advantage.
double RewardBound(const Real& exact, const Real& largest);

Real LargestMagnitude(const std::vector<Real>& values);

}  // namespace advantaged::reference

#endif  // ADVANTAGED_TESTS_REFERENCE_REWARD_METHODS_H_
