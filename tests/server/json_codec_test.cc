// Reading JSON: when it ends early, and what it may take. What it says of wrong texts is in
// json_strict_test.py.
#include "server/json_codec.h"

#include <gtest/gtest.h>

#include <string>

#include "advantaged/v1/compute.pb.h"

namespace advantaged {
namespace {

std::string Rewards(const std::string& each, int count) {
  std::string json = "{\"rewards\":[";
  for (int i = 0; i < count; ++i) json.append(i == 0 ? "" : ",").append(each);
  return json + "]}";
}

TEST(JsonCodec, ReadingStopsOnceNobodyWaits) {
  for (const char* each : {"1", "null", "[[1]]", "NaN"}) {
    v1::ComputeAdvantagesRequest request;
    int asked = 0;
    const CallStatus status =
        ReadJson(Rewards(each, 1 << 20), request, [&] { return ++asked == 3; });
    EXPECT_EQ(status.code, CallStatus::kCancelled) << each;
    EXPECT_EQ(asked, 3) << each;
    EXPECT_LT(request.rewards_size(), 1 << 17) << each;
  }
}

TEST(JsonCodec, EveryViolationCountsThoughAHundredAreListed) {
  v1::ComputeAdvantagesRequest request;
  const CallStatus status = ReadJson(Rewards("null", 5000), request);
  EXPECT_EQ(status.code, CallStatus::kInvalidArgument);
  EXPECT_EQ(status.violations.listed().size(), Violations::kMaxListed);
  EXPECT_EQ(status.violations.count(), 5000U);
}

TEST(JsonCodec, NamesThatAreUnknownCountThoughAHundredAreListed) {
  std::string json = "{\"x\":0";
  for (int i = 0; i < 100'000; ++i) json += ",\"rewords\":0";
  v1::ComputeAdvantagesRequest request;
  const CallStatus status = ReadJson(json + "}", request);
  EXPECT_EQ(status.violations.listed().size(), Violations::kMaxListed);
  EXPECT_EQ(status.violations.count(), 100'001U);
}

TEST(JsonCodec, NamesOfAMapAreBounded) {
  std::string json = R"({"method":{"surrogate":{"constants":{"c":0)";
  for (int i = 0; i < 5000; ++i) json += ",\"c" + std::to_string(i) + "\":0";
  v1::ComputeAdvantagesRequest request;
  const CallStatus status = ReadJson(json + "}}}}", request);
  ASSERT_EQ(status.violations.count(), 1U);
  EXPECT_EQ(status.violations.listed()[0].field, "method.surrogate.constants");
  EXPECT_EQ(status.violations.listed()[0].description, "has more than 4096 names");
  EXPECT_LE(request.method().surrogate().constants_size(), 4096);
}

TEST(JsonCodec, LongTextsAreToldInPart) {
  v1::ComputeAdvantagesRequest request;
  const std::string long_text(1 << 20, 'x');
  for (const std::string& json : {Rewards('"' + long_text + '"', 1), "{\"" + long_text + "\":1}",
                                  "{" + long_text + ":1}", "{\"run\":" + long_text + "}"}) {
    const CallStatus status = ReadJson(json, request);
    ASSERT_EQ(status.violations.count(), 1U);
    EXPECT_LT(status.message.size(), 1000U);
  }
}

}  // namespace
}  // namespace advantaged
