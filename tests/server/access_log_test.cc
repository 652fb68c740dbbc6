// Which calls have a line, and what is in it whatever a client sends.
#include "server/log/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <new>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "server/call_status.h"

namespace advantaged {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class AccessLogTest : public testing::Test {
 protected:
  AccessLogTest() {
    logger_->set_pattern("{%v}");
    log_.SetLinesPerSecond(3);
  }

  void Call(int code, milliseconds at, const AccessRecord& record = {}) {
    log_.Write(
        code,
        [&](AccessRecord& described) {
          described = record;
          ++described_;
        },
        AccessLog::Clock::time_point(seconds(1000) + at));
  }

  // The lines since the last time.
  std::vector<json> Lines() {
    std::vector<json> lines;
    std::istringstream text(stream_.str());
    stream_.str("");
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
    return lines;
  }

  std::ostringstream stream_;
  std::shared_ptr<spdlog::logger> logger_ = std::make_shared<spdlog::logger>(
      "access", std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_));
  AccessLog log_{logger_};
  int described_ = 0;
};

TEST_F(AccessLogTest, WritesTheFirstOfEachSecondAndCountsTheOthers) {
  for (int i = 0; i < 10; ++i) Call(CallStatus::kOk, milliseconds(i));
  EXPECT_EQ(Lines().size(), 3U);
  EXPECT_EQ(described_, 3) << "nobody is asked for what is not written";
  Call(CallStatus::kOk, milliseconds(999));
  EXPECT_TRUE(Lines().empty());
  Call(CallStatus::kOk, milliseconds(1000));
  Call(CallStatus::kOk, milliseconds(1001));
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("skipped"), 8);
  EXPECT_FALSE(lines[1].contains("skipped"));
}

TEST_F(AccessLogTest, ALineForWhichThereIsNoMemoryIsCountedInTheNext) {
  const AccessLog::Clock::time_point time(seconds(1000));
  const auto fail = [](AccessRecord&) { throw std::bad_alloc(); };
  EXPECT_NO_THROW(log_.Write(CallStatus::kOk, fail, time));
  EXPECT_NO_THROW(log_.Write(CallStatus::kOk, fail, time));
  EXPECT_TRUE(Lines().empty());
  Call(CallStatus::kOk, milliseconds(1));
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("skipped"), 2);
}

TEST_F(AccessLogTest, ErrorsHaveTheirOwnLines) {
  for (int i = 0; i < 10; ++i) Call(CallStatus::kOk, milliseconds(i));
  EXPECT_EQ(Lines().size(), 3U);
  for (const int code : {CallStatus::kCancelled, CallStatus::kInvalidArgument,
                         CallStatus::kResourceExhausted, CallStatus::kInternal}) {
    Call(code, milliseconds(20));
  }
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].at("code"), "Canceled");
  EXPECT_EQ(lines[2].at("code"), "ResourceExhausted");
  for (const json& line : lines) EXPECT_FALSE(line.contains("skipped"));
  Call(CallStatus::kInternal, milliseconds(1500));
  EXPECT_EQ(Lines().at(0).at("skipped"), 1);
}

TEST_F(AccessLogTest, LevelsAndOff) {
  logger_->set_level(spdlog::level::debug);
  for (int i = 0; i < 100; ++i) Call(CallStatus::kOk, milliseconds(0));
  EXPECT_EQ(Lines().size(), 100U);
  logger_->set_level(spdlog::level::warn);
  Call(CallStatus::kInternal, milliseconds(1000));
  EXPECT_TRUE(Lines().empty());
  logger_->set_level(spdlog::level::debug);
  log_.SetLinesPerSecond(0);
  Call(CallStatus::kInternal, milliseconds(2000));
  EXPECT_TRUE(Lines().empty());
}

TEST_F(AccessLogTest, SaysWhatIsKnownAndNoMore) {
  Call(CallStatus::kOk, milliseconds(0),
       {.transport = "grpc",
        .rpc = "ComputeAdvantages",
        .method = "rloo",
        .run = "r1",
        .peer = "127.0.0.1:1",
        .groups = 0,
        .responses = 2,
        .request_bytes = 3,
        .response_bytes = 4,
        .stages = StageTimes{.queue_us = 0.06, .decode_us = 1.24, .compute_us = 2, .encode_us = 3},
        .total_us = 1000000.06,
        .traceparent = "00-1"});
  EXPECT_EQ(Lines().at(0), json::parse(R"({"transport":"grpc","rpc":"ComputeAdvantages",
      "code":"OK","method":"rloo","run":"r1","peer":"127.0.0.1:1","groups":0,"responses":2,
      "request_bytes":3,"response_bytes":4,"queue_us":0.1,"decode_us":1.2,"compute_us":2.0,
      "encode_us":3.0,"total_us":1000000.1,"traceparent":"00-1"})"));
  Call(CallStatus::kOk, milliseconds(0));
  EXPECT_EQ(Lines().at(0), json::parse(R"({"code":"OK","total_us":0.0})"));
}

TEST_F(AccessLogTest, HostileTextStaysInItsPlace) {
  const std::string hostile = "\"},{\"code\":\"OK\"}\n\r\x1b[31m\xff\xc3(\0 \\ {} {0} %s é";
  AccessRecord record;
  record.method = hostile;
  record.peer = std::string(100000, '"');
  Call(CallStatus::kOk, milliseconds(0), record);
  const std::string text = stream_.str();
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  for (const char c : text.substr(0, text.size() - 1)) EXPECT_TRUE(' ' <= c && c <= '~');
  const json line = Lines().at(0);
  EXPECT_THAT(line.at("method").get<std::string>(), testing::StartsWith("\"},{\"code\":\"OK\"}\n"));
  EXPECT_EQ(line.at("peer").get<std::string>().size(), 128U);
}

}  // namespace
}  // namespace advantaged
