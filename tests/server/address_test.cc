#include "server/net/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace advantaged {
namespace {

using testing::HasSubstr;

std::string Refusal(const std::string& text) {
  std::string error;
  EXPECT_FALSE(ParseAddress(text, error)) << text;
  return error;
}

TEST(Address, ReadsWhatItWrites) {
  for (const char* text : {"127.0.0.1:50051", "localhost:0", "[::1]:65535", "0.0.0.0:1",
                           "unix:/run/advantaged.sock", "unix:relative.sock"}) {
    std::string error;
    const auto address = ParseAddress(text, error);
    ASSERT_TRUE(address) << error;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(Address, UnixWithEmptyAuthority) {
  std::string error;
  for (const char* text : {"unix:///run/a.sock", "unix:////run/a.sock", "unix://///run/a.sock"}) {
    EXPECT_EQ(ParseAddress(text, error)->ToString(), "unix:/run/a.sock") << text;
  }
}

TEST(Address, RefusalsQuoteTheText) {
  EXPECT_THAT(Refusal(""), HasSubstr("HOST:PORT"));
  EXPECT_THAT(Refusal("localhost"), HasSubstr("\"localhost\""));
  EXPECT_THAT(Refusal(":50051"), HasSubstr("\":50051\""));
  EXPECT_THAT(Refusal("localhost:"), HasSubstr("not a port"));
  EXPECT_THAT(Refusal("localhost:65536"), HasSubstr("65536"));
  EXPECT_THAT(Refusal("localhost:-1"), HasSubstr("-1"));
  EXPECT_THAT(Refusal("localhost:1x"), HasSubstr("1x"));
  EXPECT_THAT(Refusal("::1:50051"), HasSubstr("brackets"));
  EXPECT_THAT(Refusal("unix:"), HasSubstr("no path"));
  EXPECT_THAT(Refusal("unix://"), HasSubstr("not a full path"));
  EXPECT_THAT(Refusal("unix://run/a.sock"), HasSubstr("\"run/a.sock\""));
  EXPECT_THAT(Refusal("unix:/" + std::string(107, 'x')), HasSubstr("108 bytes"));
}

}  // namespace
}  // namespace advantaged
