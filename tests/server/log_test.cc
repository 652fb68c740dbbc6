// Lines that cannot be written, and lines of gRPC that are too many.
#include "server/log/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "server/log/library_log.h"

namespace advantaged {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A descriptor for a log, behind which the test puts one thing after another.
class Target {
 public:
  explicit Target(int first) : descriptor_(dup(first)) {}
  int get() const { return descriptor_.get(); }
  void Become(int other) const { ASSERT_EQ(dup2(other, get()), get()); }

 private:
  const FileDescriptor descriptor_;
};

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    reader = ends[0];
    writer = ends[1];
  }
  ~Pipe() { close(reader); }
  // Everything, once nobody writes any more.
  std::string Rest() {
    close(writer);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = read(reader, buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }
  int reader = -1;
  int writer = -1;
};

std::vector<std::string> Messages(const std::string& text) {
  std::vector<std::string> messages;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    messages.push_back(nlohmann::json::parse(text.substr(begin, end - begin)).at("message"));
    begin = end + 1;
  }
  return messages;
}

void WaitUntil(const std::function<bool()>& holds) {
  while (!holds()) std::this_thread::yield();
}

TEST(Log, LinesThatAFullDiskRefusesAreCountedAndToldOnceItTakesLines) {
  const FileDescriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  Pipe pipe;
  {
    const Target target(full.get());
    {
      Log log(LogFormat::kJson, target.get());
      for (int i = 0; i < 3; ++i) spdlog::info("lost");
      WaitUntil([&] { return log.dropped().unwritten == 3; });
      target.Become(pipe.writer);
      spdlog::info("written");
      spdlog::info("too");
    }
  }
  EXPECT_THAT(
      Messages(pipe.Rest()),
      ElementsAre("3 lines of the log were lost: No space left on device", "written", "too"));
}

TEST(Log, LinesThatNobodyReadsAnyMoreAreCounted) {
  signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  const Target target(pipe.writer);
  close(pipe.reader);
  pipe.reader = -1;
  Log log(LogFormat::kJson, target.get());
  spdlog::info("lost");
  WaitUntil([&] { return log.dropped().unwritten == 1; });
}

// Somebody else who has the same pipe may have made it so.
TEST(Log, AFullPipeThatDoesNotBlockLosesNoLine) {
  Pipe pipe;
  ASSERT_EQ(fcntl(pipe.writer, F_SETFL, O_NONBLOCK), 0);
  const std::string filler(4096, ' ');
  std::size_t filled = 0;
  while (write(pipe.writer, filler.data(), filler.size()) > 0) filled += filler.size();
  const Target target(pipe.writer);
  std::string text;
  {
    Log log(LogFormat::kJson, target.get());
    spdlog::info("waits");
    spdlog::info("too");
    std::string buffer(filled, '\0');
    for (std::size_t taken = 0; taken < filled;) {
      const ssize_t size = read(pipe.reader, buffer.data(), filled - taken);
      ASSERT_GT(size, 0);
      taken += static_cast<std::size_t>(size);
    }
    // Both are there before the log ends, which waits for no reader for long.
    while (std::ranges::count(text, '\n') < 2) {
      const ssize_t size = read(pipe.reader, buffer.data(), buffer.size());
      ASSERT_GT(size, 0);
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    EXPECT_EQ(log.dropped().unwritten, 0);
  }
  EXPECT_THAT(Messages(text), ElementsAre("waits", "too"));
}

// gRPC reads how much it is to say when it begins, which it does not in these tests.
class LogOfGrpc : public testing::Test {
 protected:
  LogOfGrpc() { gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR); }
};

TEST_F(LogOfGrpc, LinesAreLimitedCutAndCounted) {
  constexpr int kLines = 1000;
  const std::string text = "a" + std::string(5000, 'x');
  Pipe pipe;
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t limited = LibraryLinesLimited();
  {
    const Target target(pipe.writer);
    Log log(LogFormat::kJson, target.get());
    for (int i = 0; i < kLines; ++i) gpr_log(GPR_ERROR, "%s", text.c_str());
    limited = log.dropped().limited - limited;
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  const std::vector<std::string> messages = Messages(pipe.Rest());
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages.size() + limited, kLines);
  EXPECT_LE(messages.size(), 10 * (took / std::chrono::seconds(1) + 2));
  for (const std::string& message : messages) {
    EXPECT_LT(message.size(), 600);
    EXPECT_THAT(message, HasSubstr("(5001 bytes)"));
    EXPECT_TRUE(message.starts_with("grpc: axxx"));
  }
}

TEST_F(LogOfGrpc, WhoWantsDebugLinesGetsAllOfThem) {
  Pipe pipe;
  {
    const Target target(pipe.writer);
    Log log(LogFormat::kJson, target.get());
    log.SetLevel(LogLevel::kDebug);
    for (int i = 0; i < 50; ++i) gpr_log(GPR_ERROR, "a line");
  }
  EXPECT_THAT(Messages(pipe.Rest()), testing::SizeIs(50));
}

}  // namespace
}  // namespace advantaged
