// What the guard does with connections while memory is short, and that it does nothing else.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "server/guard/control_group.h"
#include "server/guard/memory_guard.h"
#include "server/guard/policy.h"
#include "server/guard/unaccounted_bytes.h"
#include "server/memory.h"

namespace advantaged {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kLimit = 1000 * kMiB;
constexpr std::uint32_t kStreams = 256;
using Connections = std::vector<ConnectionReading>;
using Closings = std::vector<Closing>;

MemoryReading At(std::uint64_t resident, std::uint64_t leaving = 0) {
  return {.limit = kLimit, .resident = resident * kMiB, .leaving = leaving * kMiB};
}

TEST(GuardPolicyTest, WhileThereIsMemoryNobodyIsRefusedOrShutDown) {
  const Connections any = {{.unaccounted = 600 * kMiB, .calls = 100'000}};
  EXPECT_EQ(HowShort(At(700)), Shortage::kNone);
  EXPECT_EQ(Judge(At(700), any, kStreams), Closings());
}

TEST(GuardPolicyTest, WithoutALimitNobodyIsRefusedOrShutDown) {
  const Connections any = {{.unaccounted = 600 * kMiB, .calls = 100'000}};
  const MemoryReading memory = {.limit = 0, .resident = 1 << 30};
  EXPECT_EQ(HowShort(memory), Shortage::kNone);
  EXPECT_EQ(Judge(memory, any, kStreams), Closings());
}

TEST(GuardPolicyTest, AboveSeventyPercentCallsAreRefusedAndUploadsGoOn) {
  EXPECT_EQ(HowShort(At(701)), Shortage::kShort);
  EXPECT_EQ(Judge(At(849), Connections{{64 * kMiB, 1}, {0, kStreams}}, kStreams), Closings());
}

TEST(GuardPolicyTest, AboveSeventyPercentEveryConnectionWithCallsBeyondWhatItWasToldIsShutDown) {
  const std::uint64_t most = MostOpenCalls(kStreams);
  const Connections connections = {{0, most + 1}, {64 * kMiB, most}, {0, most + 1}};
  EXPECT_EQ(Judge(At(701), connections, kStreams),
            (Closings{{0, Closure::kStreams}, {2, Closure::kStreams}}));
}

TEST(GuardPolicyTest, AboveEightyFivePercentTheConnectionThatHoldsMostIsShutDown) {
  const Connections connections = {{10 * kMiB, 1}, {30 * kMiB, 1}, {20 * kMiB, 1}};
  EXPECT_EQ(HowShort(At(851)), Shortage::kCritical);
  EXPECT_EQ(Judge(At(851), connections, kStreams), (Closings{{1, Closure::kMemory}}));
}

TEST(GuardPolicyTest, AboveEightyFivePercentWhoHasNeverGotToACallIsShutDownFirst) {
  const Connections connections = {{30 * kMiB, 1}, {kMiB, 1, false}, {2 * kMiB, 1, false}};
  EXPECT_EQ(Judge(At(849), connections, kStreams), Closings());
  EXPECT_EQ(Judge(At(851), connections, kStreams),
            (Closings{{1, Closure::kMemory}, {2, Closure::kMemory}}));
}

TEST(GuardPolicyTest, NobodyIsShutDownForMemoryThatMayBeFree) {
  MemoryReading memory = At(990);
  memory.is_exact = false;
  EXPECT_EQ(Judge(memory, Connections{{30 * kMiB, 1}, {kMiB, 1, false}}, kStreams), Closings());
}

TEST(GuardPolicyTest, CallsWithoutAMessageHoldMemoryToo) {
  const Connections connections = {{5 * kMiB, 1}, {20 << 10, 1280}};
  EXPECT_EQ(Judge(At(851), connections, kStreams), (Closings{{1, Closure::kMemory}}));
}

TEST(GuardPolicyTest, AConnectionWithoutAnOpenCallStays) {
  EXPECT_EQ(Judge(At(990), Connections{{100 * kMiB, 0}}, kStreams), Closings());
}

TEST(GuardPolicyTest, ASmallConnectionStays) {
  EXPECT_EQ(Judge(At(990), Connections{{100 << 10, 2}}, kStreams), Closings());
}

TEST(GuardPolicyTest, TheNextStaysWhileWhatTheLastHeldIsLeaving) {
  const Connections one = {{30 * kMiB, 1}};
  EXPECT_EQ(Judge(At(880, 31), one, kStreams), Closings());
  EXPECT_EQ(Judge(At(882, 31), one, kStreams), (Closings{{0, Closure::kMemory}}));
}

TEST(GuardPolicyTest, WhatIsLeavingSparesNobodyAtTheVeryEnd) {
  const Connections one = {{30 * kMiB, 1}};
  EXPECT_EQ(Judge(At(891, 500), one, kStreams), (Closings{{0, Closure::kMemory}}));
}

TEST(GuardPolicyTest, WhatIsShutDownForItsCallsSparesUploads) {
  const Connections connections = {{0, 100'000}, {30 * kMiB, 1}};
  EXPECT_EQ(Judge(At(880), connections, kStreams), (Closings{{0, Closure::kStreams}}));
}

class UnaccountedBytesTest : public testing::Test {
 protected:
  void Call(std::uint64_t bytes) {
    account_.CallBegan();
    account_.MessageArrived(bytes);
    account_.CallEnded();
  }
  std::uint64_t Update(std::uint64_t more) {
    received_ += more;
    return bytes_.Update(received_, account_.totals());
  }

  ConnectionAccount account_;
  UnaccountedBytes bytes_;
  std::uint64_t received_ = 0;
};

TEST_F(UnaccountedBytesTest, AMessageOnItsWayIsUnaccountedUntilItHasArrived) {
  account_.CallBegan();
  EXPECT_EQ(Update(500 + 8 * kMiB), 500 + 8 * kMiB - 1024);
  account_.MessageArrived(16 * kMiB);
  EXPECT_EQ(Update(8 * kMiB), 0);
}

TEST_F(UnaccountedBytesTest, HeadersAndFramesOfGoodCallsDoNotAddUp) {
  account_.CallBegan();  // another that is open throughout
  for (int i = 0; i < 10'000; ++i) {
    Call(kMiB);
    EXPECT_LE(Update(500 + kMiB + kMiB / 1000), 0U);
  }
}

TEST_F(UnaccountedBytesTest, GoodCallsAreNoCreditForWhatFollows) {
  account_.CallBegan();
  for (int i = 0; i < 100; ++i) {
    Call(kMiB);
    Update(kMiB);
  }
  EXPECT_EQ(Update(5 * kMiB), 5 * kMiB);
}

TEST_F(UnaccountedBytesTest, WhatACallerGaveUpIsForgottenWhenItsLastCallHasEnded) {
  account_.CallBegan();
  Update(8 * kMiB);
  account_.CallEnded();
  EXPECT_EQ(Update(0), 0);
}

TEST(MemoryGuardTest, MemoryIsShortNearTheLimitAndMayBeOtherwiseAgain) {
  MemoryGuard guard;
  const std::chrono::steady_clock::time_point start{};
  EXPECT_GT(guard.Look(start).resident, kMiB);
  EXPECT_EQ(guard.shortage(), Shortage::kNone);
  guard.SetLimit(ResidentMemory());
  guard.Look(start + std::chrono::seconds(2));
  EXPECT_EQ(guard.shortage(), Shortage::kCritical);
  guard.SetLimit(4 * ResidentMemory());
  guard.Look(start + std::chrono::seconds(4));
  EXPECT_EQ(guard.shortage(), Shortage::kNone);
}

class ControlGroupTest : public testing::Test {
 protected:
  ControlGroupTest() { std::filesystem::create_directories(root_); }
  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text << "\n";
  }
  std::uint64_t Limit(const std::string& groups) {
    Write("groups", groups);
    return ControlGroupLimit(root_ / "groups", root_);
  }
  const std::filesystem::path root_ = std::filesystem::path(testing::TempDir()) /
                                      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ControlGroupTest, OfVersionTwoTheLeastOnTheWayUpCounts) {
  Write("a/memory.max", "1000");
  Write("a/b/memory.max", "max");
  Write("a/b/c/memory.max", "2000");
  EXPECT_EQ(Limit("0::/a/b/c"), 1000);
}

TEST_F(ControlGroupTest, OfVersionOneTheMemoryControllerCounts) {
  Write("memory/a/memory.limit_in_bytes", "3000");
  Write("cpu/b/memory.limit_in_bytes", "1000");
  EXPECT_EQ(Limit("5:cpu,cpuacct:/b\n4:memory:/a\n0::/"), 3000);
}

TEST_F(ControlGroupTest, InAContainerTheMountedGroupCounts) {
  Write("memory/memory.limit_in_bytes", "4000");
  EXPECT_EQ(Limit("4:memory:/kubepods/pod1/container2"), 4000);
}

TEST_F(ControlGroupTest, WithoutALimitThereIsNone) {
  Write("memory/memory.limit_in_bytes", "9223372036854771712");
  Write("memory.max", "max");
  EXPECT_EQ(Limit("4:memory:/\n0::/"), 0);
}

}  // namespace
}  // namespace advantaged
