// What a connection may send: no way in which a client of ours behaves is beyond the bounds, and
// every flood is.
#include "server/guard/connection_tab.h"

#include <gtest/gtest.h>

namespace advantaged {
namespace {

using std::chrono::milliseconds;

constexpr ConnectionLimits kLimits{.streams = 256, .message_bytes = 65 << 20};
constexpr std::uint64_t kLargest = kLimits.message_bytes;

// A connection and its guard, who looks at it now and again.
class ConnectionTabTest : public testing::Test {
 protected:
  std::optional<Closure> LookAfter(milliseconds time) {
    sight_.time += time;
    return tab_.Look(sight_, kLimits);
  }
  void Begin(std::uint64_t calls) {
    sight_.book.calls += calls;
    sight_.book.open += calls;
    sight_.book.reading += calls;
    sight_.received += 100 * calls;
  }
  // The message of a call that has begun, of so many bytes that have been received.
  void Finish(std::uint64_t bytes) {
    --sight_.book.reading;
    ++sight_.book.messages;
    sight_.book.message_bytes += bytes;
  }
  void End(std::uint64_t calls) { sight_.book.open -= calls; }
  void Abandon(std::uint64_t calls) {
    sight_.book.reading -= calls;
    sight_.book.unfinished += calls;
    sight_.book.abandoned += calls;
    End(calls);
  }

  ConnectionSight sight_;
  ConnectionTab tab_{sight_.time};
};

TEST_F(ConnectionTabTest, LargestMessagesOnManyCallsAtOnceStay) {
  Begin(16);
  for (int i = 1; i <= 64; ++i) {
    sight_.received += 16 * kLargest / 64;
    ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt) << i;
  }
  EXPECT_GT(tab_.unaccounted(), 15 * kLargest);
  for (int i = 0; i < 16; ++i) Finish(kLargest);
  End(16);
  EXPECT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  EXPECT_EQ(tab_.unaccounted(), 0);
}

TEST_F(ConnectionTabTest, AMessageThatTakesHoursStays) {
  Begin(1);
  for (int i = 0; i < 10000; ++i) {
    sight_.received += kLargest / 10000;
    ASSERT_EQ(LookAfter(milliseconds(1000)), std::nullopt);
  }
}

TEST_F(ConnectionTabTest, PingsOfAnIdleClientStay) {
  for (int i = 0; i < 100000; ++i) {
    sight_.received += 17;
    ASSERT_EQ(LookAfter(milliseconds(10)), std::nullopt);
  }
}

TEST_F(ConnectionTabTest, ManySmallCallsStay) {
  for (int i = 0; i < 1000; ++i) {
    Begin(200);
    sight_.received += std::uint64_t{200} * 600;  // windows and pings, too
    for (int call = 0; call < 200; ++call) Finish(100);
    End(200);
    ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  }
}

TEST_F(ConnectionTabTest, WhoReadsLargeAnswersStays) {
  Begin(1);
  Finish(100);
  sight_.received += 100;
  for (int i = 0; i < 1000; ++i) {
    sight_.sent += 10 << 20;
    sight_.received += 100 << 10;  // windows and pings
    ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  }
}

TEST_F(ConnectionTabTest, DeadlinesThatPassWhileLargeMessagesAreSentStay) {
  for (int i = 0; i < 100; ++i) {
    Begin(8);
    sight_.received += 8 * kLargest / 2;
    ASSERT_EQ(LookAfter(milliseconds(500)), std::nullopt);
    Abandon(8);
    ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  }
}

TEST_F(ConnectionTabTest, AStormOfDeadlinesStays) {
  for (int i = 0; i < 100; ++i) {
    Begin(256);
    sight_.received += 256 * 1024;
    ASSERT_EQ(LookAfter(milliseconds(300)), std::nullopt);
    Abandon(256);
    ASSERT_EQ(LookAfter(milliseconds(300)), std::nullopt);
  }
}

TEST_F(ConnectionTabTest, CallsThatWeEndUnreadStayThoughTheirMessagesArriveLater) {
  sight_.book.calls += 256;
  sight_.book.abandoned += 256;
  sight_.book.unread += 256;
  ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  sight_.received += 256 * (64 << 10);
  EXPECT_EQ(LookAfter(milliseconds(20)), std::nullopt);
}

TEST_F(ConnectionTabTest, BytesThatBelongToNoCallEndIt) {
  sight_.received += 300 << 10;
  EXPECT_EQ(LookAfter(milliseconds(20)), Closure::kUnaccounted);
}

TEST_F(ConnectionTabTest, MoreThanTheOpenCallsMayBringEndsIt) {
  Begin(2);
  sight_.received += 2 * kLargest;
  ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  sight_.received += 1 << 20;
  EXPECT_EQ(LookAfter(milliseconds(20)), Closure::kUnaccounted);
}

TEST_F(ConnectionTabTest, ALargeMessageOfACallThatIsNotKnownYetStaysAfterAnother) {
  Begin(1);
  sight_.received += kLargest / 2;
  Finish(kLargest / 2);
  End(1);
  ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  sight_.received += kLargest / 2;
  EXPECT_EQ(LookAfter(milliseconds(20)), std::nullopt);
}

TEST_F(ConnectionTabTest, FinishedMessagesAreNoCreditWithoutEnd) {
  for (int i = 0; i < 100; ++i) {
    Begin(1);
    sight_.received += kLargest;
    Finish(kLargest);
    End(1);
    ASSERT_EQ(LookAfter(milliseconds(20)), std::nullopt);
  }
  sight_.received += 5 * kLargest;
  EXPECT_EQ(LookAfter(milliseconds(20)), Closure::kUnaccounted);
}

TEST_F(ConnectionTabTest, CallsThatAreResetAtOnceEndIt) {
  std::optional<Closure> why;
  int looks = 0;
  for (; looks < 1000 && !why; ++looks) {
    Begin(200);
    Abandon(200);
    why = LookAfter(milliseconds(20));
  }
  EXPECT_EQ(why, Closure::kCancelled);
  EXPECT_LT(looks, 20);
}

}  // namespace
}  // namespace advantaged
