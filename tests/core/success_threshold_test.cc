// success_threshold: compared as float32, so that a reward meets a threshold of the same spelling.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/core/refusal.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

std::uint32_t Successes(const Floats& rewards, double threshold) {
  Call call = OneGroup({"reinforce", {}}, rewards);
  call.options.success_threshold = threshold;
  const Result result = call.Run();
  EXPECT_TRUE(result.ok()) << Describe(result);
  return result.ok() ? result.groups[0].c : 0;
}

TEST(SuccessThreshold, ARewardMeetsTheThresholdOfTheSameSpelling) {
  EXPECT_EQ(Successes({0.7F, 0.7F, 0.7F, 0.2F}, 0.7), 3U);
  for (int hundredths = 1; hundredths < 100; ++hundredths) {
    for (const char* sign : {"", "-"}) {
      char text[16];
      std::snprintf(text, sizeof text, "%s0.%02d", sign, hundredths);
      const float reward = std::strtof(text, nullptr);
      const float below = std::nextafterf(reward, -2);
      EXPECT_EQ(Successes({reward, below, below}, std::strtod(text, nullptr)), 1U) << text;
    }
  }
}

TEST(SuccessThreshold, IsRoundedToTheNearestFloat) {
  const float next = std::nextafterf(0.7F, 1);
  const double middle = (static_cast<double>(0.7F) + static_cast<double>(next)) / 2;
  EXPECT_EQ(Successes({0.7F, next}, std::nextafter(middle, 0)), 2U);
  EXPECT_EQ(Successes({0.7F, next}, std::nextafter(middle, 1)), 1U);
}

TEST(SuccessThreshold, IsInclusive) {
  EXPECT_EQ(Successes({0.5F, std::nextafterf(0.5F, 0), 2, -3}, 0.5), 2U);
  EXPECT_EQ(Successes({0.5F, 2, -3}, -3), 3U);
  EXPECT_EQ(Successes({0, -0.0F, -1}, 0), 2U);
  EXPECT_EQ(Successes({1e-45F, 0}, 1e-45), 1U);
}

TEST(SuccessThreshold, ThatIsAnotherNumberAsFloatIsRefused) {
  for (const double threshold : {1e-60, -1e-60, 4e-46}) {
    Call call = OneGroup({"rloo", {}}, {0, 1});
    call.options.success_threshold = threshold;
    ExpectRefused(call, {{"success_threshold", "is 0 in float32"}});
  }
  for (const double threshold : {1e39, -1e39, 1e308}) {
    Call call = OneGroup({"rloo", {}}, {0, 1});
    call.options.success_threshold = threshold;
    ExpectRefused(call, {{"success_threshold", "is beyond float32"}});
  }
  EXPECT_EQ(Successes({3.4e38F}, 3.4e38), 1U);
}

}  // namespace
}  // namespace advantaged::testing
