// Compares one group of real rewards with its 100-digit reference.
#ifndef ADVANTAGED_TESTS_CORE_REWARD_CHECK_H_
#define ADVANTAGED_TESTS_CORE_REWARD_CHECK_H_

#include <string>
#include <vector>

#include "tests/core/call.h"
#include "tests/reference/reward_methods.h"

namespace advantaged::testing {

// Expects every advantage within the bound; a group with one beyond float32 must be refused for it.
inline void ExpectRewardBound(const Call& call, const std::vector<reference::Real>& exact,
                              const std::string& where) {
  const std::string context = Describe(call.method) + ", " + where;
  const reference::Real largest = reference::LargestMagnitude(exact);
  const Result result = call.Run();
  // From 2^128 − 2^103 on a number rounds to infinity.
  if (largest >= reference::Real(0x1.ffffffp127)) {
    ASSERT_FALSE(result.ok()) << context;
    EXPECT_THAT(Describe(result), ::testing::HasSubstr("beyond float32")) << context;
    return;
  }
  ASSERT_TRUE(result.ok()) << context << "\n" << Describe(result);
  ASSERT_EQ(result.advantages.size(), exact.size()) << context;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double error =
        std::abs(reference::ToDouble(exact[i] - reference::Real(result.advantages[i])));
    ASSERT_LE(error, reference::RewardBound(exact[i], largest))
        << context << ", response " << i << ": reward "
        << (call.rewards.empty() ? 0 : call.rewards[i]) << ", advantage " << result.advantages[i]
        << ", exactly " << exact[i].str(20) << ", largest " << largest.str(9);
  }
}

// Under the method as it is.
inline void CheckRewards(const MethodSpec& spec, const reference::RewardInput& input,
                         const std::string& where) {
  Call call = OneGroup(spec, input.rewards);
  call.lengths = input.lengths;
  ExpectRewardBound(call, reference::RewardMethod(spec, input), where);
}

// Under the method with `shape_rewards`.
inline void CheckShaped(const MethodSpec& spec, const reference::RewardInput& input,
                        const std::string& where) {
  Call call = OneGroup(spec, input.rewards);
  call.outcomes = Bitmap(input.outcomes);
  call.options.shape_rewards = true;
  ExpectRewardBound(call, reference::ShapedRewards(spec, input), where + ", shaped");
}

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_REWARD_CHECK_H_
