// What is a traceparent and what is not.
#include "server/log/traceparent.h"

#include <gtest/gtest.h>

#include <string>

#include "server/log/stage_times.h"

namespace advantaged {
namespace {

constexpr std::string_view kValid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, TakesWhatIsValid) {
  EXPECT_EQ(Traceparent(kValid), kValid);
  const std::string later = "01" + std::string(kValid.substr(2));
  EXPECT_EQ(Traceparent(later), later);
  EXPECT_EQ(Traceparent(later + "-what comes later"), later);
}

TEST(Traceparent, IgnoresAllElse) {
  const std::string valid(kValid);
  EXPECT_EQ(Traceparent(""), "");
  EXPECT_EQ(Traceparent(valid + "-more"), "");
  EXPECT_EQ(Traceparent("01" + valid.substr(2) + "more"), "");
  EXPECT_EQ(Traceparent("ff" + valid.substr(2)), "");
  EXPECT_EQ(Traceparent("00-" + std::string(32, '0') + valid.substr(35)), "");
  EXPECT_EQ(Traceparent(valid.substr(0, 36) + std::string(16, '0') + valid.substr(52)), "");
  // Any one character that is not of lower hexadecimal, in its place a dash, or missing.
  for (std::size_t i = 0; i < valid.size(); ++i) {
    for (const char wrong : {'g', 'A', ' ', '\0', '\x80', valid[i] == '-' ? '0' : '-'}) {
      std::string text = valid;
      text[i] = wrong;
      EXPECT_EQ(Traceparent(text), "") << text;
    }
    EXPECT_EQ(Traceparent(valid.substr(0, i)), "");
  }
}

TEST(ServerTiming, IsInMilliseconds) {
  EXPECT_EQ(ServerTiming({.queue_us = 0, .decode_us = 12, .compute_us = 1234.6, .encode_us = 0.4}),
            "queue;dur=0.000, decode;dur=0.012, compute;dur=1.235, encode;dur=0.000");
}

}  // namespace
}  // namespace advantaged
