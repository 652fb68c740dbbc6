// Reading JSON: when it ends early, and what it may take. What it says of wrong texts is in
// json_strict_test.py.
#include <gtest/gtest.h>

#include <string>

#include "advantaged/v1/compute.pb.h"
#include "server/json/codec.h"

namespace advantaged {
namespace {

std::string Rewards(const std::string& each, int count) {
  std::string json = "{\"rewards\":[";
  for (int i = 0; i < count; ++i) json.append(i == 0 ? "" : ",").append(each);
  return json + "]}";
}

TEST(JsonCodec, ReadingStopsOnceNobodyWaits) {
  const std::string text = '"' + std::string(1 << 10, 'x') + '"';
  for (const std::string each : {"1", "null", "[[1]]", "NaN", text.c_str()}) {
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

// In all lists of the field together, and the rest is not read.
TEST(JsonCodec, AFieldWithTooManyEntriesIsRefusedWhereTheyAreTooMany) {
  const auto times = [](const std::string& text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) result += (i == 0 ? "" : ",") + text;
    return result;
  };
  std::string names;
  for (int i = 0; i < 4097; ++i) names += (i == 0 ? "\"c" : ",\"c") + std::to_string(i) + "\":0";
  const std::string table = R"({"advantage_wrong":[)" + times("0", 32769) + "]}";
  const struct {
    std::string json, field, most;
  } cases[] = {
      {R"({"method":{"surrogate":{"constants":{)" + names, "method.surrogate.constants", "4096"},
      {R"({"pass_at":[)" + times("1", 4097), "pass_at", "4096"},
      {R"({"stages":[)" + times("{}", 4097), "stages", "4096"},
      {R"({"method":{"custom_table":{"tables":[)" + times(table, 4),
       "method.custom_table.tables.advantage_wrong", "131072"},
  };
  for (const auto& [json, field, most] : cases) {
    v1::ComputeAdvantagesRequest request;
    const CallStatus status = ReadJson(json, request);
    EXPECT_EQ(status.code, CallStatus::kInvalidArgument);
    ASSERT_EQ(status.violations.count(), 1U) << status.message;
    EXPECT_EQ(status.violations.listed()[0].field, field);
    EXPECT_EQ(status.violations.listed()[0].description,
              "has more than " + most + " entries, the most that a request may have");
    EXPECT_LT(request.SpaceUsedLong(), 10U << 20);
  }
}

TEST(JsonCodec, ANameOfAMapThatIsGivenAgainIsAnEntryToo) {
  for (const std::string name : {"\"a\"", "a"}) {
    std::string json = R"({"method":{"surrogate":{"constants":{"b":0)";
    for (int i = 0; i < 10'000; ++i) json += "," + name + ":0";
    v1::ComputeAdvantagesRequest request;
    const CallStatus status = ReadJson(json + "}}}}", request);
    // All beside "b" up to the 4097th entry, which is too many; one with quotes is new.
    EXPECT_EQ(status.violations.count(), name == "a" ? 4097U : 4096U);
    EXPECT_LE(request.method().surrogate().constants_size(), 4096);
  }
}

TEST(JsonCodec, MistakesAreMarkedWithoutACopyOfTheText) {
  // Of each kind, at the edge of what is looked at in one go.
  for (int before = (1 << 14) - 40; before < (1 << 14) + 5; ++before) {
    v1::ComputeAdvantagesRequest request;
    const CallStatus status = ReadJson("{" + std::string(static_cast<std::size_t>(before), ' ') +
                                           R"("rewards":[1,NaN,"x\"]",2,],run:"a",})",
                                       request);
    ASSERT_EQ(status.violations.count(), 5U) << before << ": " << status.message;
    const auto& listed = status.violations.listed();
    EXPECT_EQ(listed[0].field, "rewards[1]");
    EXPECT_EQ(listed[1].field, "rewards[2]");
    EXPECT_EQ(listed[2].field, "rewards");
    EXPECT_EQ(listed[3].field, "run");
    EXPECT_EQ(listed[4].field, "");
  }
}

TEST(JsonCodec, WordsAsLongAsNoNumberAreMistakesAndBytesMayBeLong) {
  const std::string digits(1 << 20, '1');
  v1::ComputeAdvantagesRequest request;
  for (const std::string& json :
       {"{\"group_size\":" + digits + "}", "{\"group_size\": " + digits + "}"}) {
    const CallStatus status = ReadJson(json, request);
    ASSERT_EQ(status.violations.count(), 1U) << status.message;
    EXPECT_EQ(status.violations.listed()[0].field, "group_size");
    EXPECT_LE(status.message.size(), 600U);
  }
  request.Clear();
  ASSERT_TRUE(ReadJson("{\"valid\":\"" + std::string(1 << 20, 'A') + "\"}", request).ok());
  EXPECT_EQ(request.valid().size(), 3U << 18);
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
