// The grammar of docs/settings.md, by cases that the Python client is held to as well.
#include "advantaged/client/settings_line.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "advantaged/v1/compute.pb.h"

namespace advantaged::client {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(std::string_view line, const std::vector<std::string>& more = {}) {
  const absl::Status status = ParseSettings(line, more).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << line;
  return {status.message().data(), status.message().size()};
}

TEST(SettingsLine, SaysWhatTheSharedCasesSay) {
  std::ifstream file(SETTINGS_LINES);
  std::string text;
  int cases = 0;
  while (std::getline(file, text)) {
    ++cases;
    const auto expected = nlohmann::json::parse(text);
    const std::string line = expected["line"];
    if (expected.contains("refused")) {
      EXPECT_THAT(ErrorOf(line), HasSubstr(expected["refused"].get<std::string>())) << line;
      continue;
    }
    Settings request;
    ASSERT_TRUE(
        google::protobuf::util::JsonStringToMessage(expected["request"].dump(), &request).ok())
        << text;
    const auto settings = ParseSettings(line);
    ASSERT_TRUE(settings.ok()) << line << ": " << settings.status();
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*settings, request))
        << line << "\n"
        << settings->DebugString();
  }
  EXPECT_GT(cases, 50);
}

// A field that the contract gets is a setting without a change here.
TEST(SettingsLine, KnowsEveryFieldOfARequestThatIsNoArray) {
  const auto& request = *Settings::descriptor();
  int settings = 0;
  for (int i = 0; i < request.field_count(); ++i) {
    const auto& field = *request.field(i);
    if (field.name() == "method") continue;
    // No value of anything but a text.
    const absl::Status status = ParseSettings("rloo " + field.name() + "=((").status();
    const std::string error(status.message().data(), status.message().size());
    const bool is_array = error.find("is no setting") != std::string::npos;
    const bool is_setting = status.ok()
                                ? field.type() == google::protobuf::FieldDescriptor::TYPE_STRING
                                : error.find("setting " + field.name() + ": \"((\" is not ") == 0;
    EXPECT_NE(is_array, is_setting) << field.name() << ": " << error;
    settings += is_setting ? 1 : 0;
  }
  EXPECT_GE(settings, 15);
}

TEST(SettingsLine, TakesFurtherSettingsAndSeesThoseGivenTwice) {
  const auto settings = ParseSettings("pass_at_k_grpo pass_at=4", std::vector<std::string>{"k=2"});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->method().pass_at_k_grpo().k(), 2U);
  EXPECT_EQ(ErrorOf("rloo pass_at=4", {"pass_at=8"}), "pass_at is given twice");
}

TEST(SettingsLine, SaysWhatSettingsThereAre) {
  EXPECT_THAT(ErrorOf("grpo epsilom=1"), HasSubstr("did you mean \"epsilon\"?"));
  EXPECT_THAT(ErrorOf("grpo RUN=1"), HasSubstr("did you mean \"run\"?"));
  EXPECT_THAT(ErrorOf("grpo k=1"), HasSubstr("no parameter of grpo; it has ddof, epsilon"));
  EXPECT_EQ(ErrorOf("grpo deadline=1"), "deadline is a setting of Python alone");
  EXPECT_THAT(ErrorOf("GRPO"), HasSubstr("did you mean \"grpo\"?"));
}

}  // namespace
}  // namespace advantaged::client
