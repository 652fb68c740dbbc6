// Whose turn it is, and who loses its place in a full queue. Time is what the test says it is.
#include "server/compute/fair_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

namespace advantaged {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

// Connections are told apart by address.
constexpr std::array<char, 32> kConnections{};
ConnectionId Connection(std::size_t i) { return &kConnections.at(i); }
std::size_t Index(const FairQueue::Entry& entry) {
  return static_cast<std::size_t>(static_cast<const char*>(entry.connection) - kConnections.data());
}

constexpr std::size_t kRoom = 1000;

// Which entry it is, kept where the pool keeps the time of its arrival.
std::optional<FairQueue::Entry> Push(FairQueue& queue, std::size_t connection,
                                     std::size_t limit = kRoom, int number = 0) {
  return queue.Push({.connection = Connection(connection),
                     .since = std::chrono::steady_clock::time_point(milliseconds(number))},
                    limit);
}

std::int64_t Number(const FairQueue::Entry& entry) {
  return entry.since.time_since_epoch() / milliseconds(1);
}

// The connections in the order in which one thread serves them, if each piece of work of a
// connection takes so many milliseconds, or one where none is said.
std::vector<std::size_t> Serve(FairQueue& queue, std::map<std::size_t, int> takes = {}) {
  std::vector<std::size_t> order;
  while (const auto entry = queue.Pop()) {
    order.push_back(Index(*entry));
    queue.Finish(*entry, milliseconds(takes.try_emplace(Index(*entry), 1).first->second));
  }
  return order;
}

TEST(FairQueue, OneConnectionIsServedInItsOrder) {
  FairQueue queue;
  for (const int number : {3, 1, 2}) EXPECT_FALSE(Push(queue, 0, kRoom, number));
  std::vector<std::int64_t> numbers;
  while (const auto entry = queue.Pop()) numbers.push_back(Number(*entry));
  EXPECT_THAT(numbers, ElementsAre(3, 1, 2));
}

TEST(FairQueue, ALateConnectionDoesNotWaitBehindAFlood) {
  FairQueue queue;
  for (int i = 0; i < 5; ++i) Push(queue, 0);
  const auto first = queue.Pop();
  EXPECT_EQ(Index(*first), 0);
  queue.Finish(*first, milliseconds(1));
  Push(queue, 1);
  Push(queue, 1);
  EXPECT_THAT(Serve(queue), ElementsAre(1, 0, 1, 0, 0, 0));
}

// How long it takes is not known yet, and more of the same connection would take other threads.
TEST(FairQueue, WorkUnderWayIsPaidAsTheLastOne) {
  FairQueue queue;
  Push(queue, 0);
  Push(queue, 0);
  queue.Finish(*queue.Pop(), milliseconds(100));
  Push(queue, 1);
  const auto under_way = queue.Pop();
  EXPECT_EQ(Index(*under_way), 1) << "it has had nothing yet";
  queue.Finish(*under_way, milliseconds(150));
  Push(queue, 1);
  Push(queue, 1);
  Push(queue, 0);
  // 100 and 150 were had: connection 0 is next, and then has 200 to come.
  EXPECT_EQ(Index(*queue.Pop()), 0);
  EXPECT_EQ(Index(*queue.Pop()), 1);
  EXPECT_EQ(Index(*queue.Pop()), 0);
  EXPECT_EQ(Index(*queue.Pop()), 1);
}

TEST(FairQueue, WhatWasPaidTooMuchComesBack) {
  FairQueue queue;
  Push(queue, 0);
  Push(queue, 1);
  Push(queue, 2);
  const auto slow = queue.Pop();
  queue.Finish(*slow, milliseconds(100));  // so 1 and 2 are expected to take as long
  const auto one = queue.Pop();
  const auto two = queue.Pop();
  queue.Finish(*two, milliseconds(2));
  Push(queue, 1);
  Push(queue, 2);
  EXPECT_EQ(Index(*queue.Pop()), 2) << "connection 1 has its work still under way";
  queue.Finish(*one, milliseconds(1));
  EXPECT_EQ(Index(*queue.Pop()), 1);
}

TEST(FairQueue, AfterABusyPeriodAllBeginAnew) {
  FairQueue queue;
  Push(queue, 0);
  queue.Finish(*queue.Pop(), milliseconds(100));
  Push(queue, 0);
  Push(queue, 1);
  EXPECT_THAT(Serve(queue), ElementsAre(0, 1));
}

TEST(FairQueue, SharesAreOfTimeNotOfCalls) {
  FairQueue queue;
  for (int i = 0; i < 4; ++i) Push(queue, 0);
  for (int i = 0; i < 8; ++i) Push(queue, 1);
  // Four short ones for each long one, once it is known which they are.
  EXPECT_THAT(Serve(queue, {{0, 4}, {1, 1}}), ElementsAre(0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0));
}

// Connection 1 was there at the beginning, then away while connection 0 had so much.
std::size_t TurnsSaved(milliseconds had) {
  FairQueue queue;
  Push(queue, 1);
  queue.Finish(*queue.Pop(), milliseconds(0));
  const int pieces = static_cast<int>(had / milliseconds(100));
  for (int i = 0; i < pieces + 40; ++i) Push(queue, 0);
  for (int i = 0; i < pieces; ++i) queue.Finish(*queue.Pop(), milliseconds(100));
  for (int i = 0; i < 40; ++i) Push(queue, 1);
  const std::vector<std::size_t> order = Serve(queue, {{0, 100}, {1, 100}});
  return static_cast<std::size_t>(std::ranges::find(order, 0U) - order.begin());
}

TEST(FairQueue, WhoWasIdleHasSavedASecondAtMost) {
  EXPECT_EQ(TurnsSaved(milliseconds(500)), 5);
  EXPECT_EQ(TurnsSaved(milliseconds(1000)), 10);
  // It is now the start of what was taken last, which is 100 ms before its end.
  EXPECT_EQ(TurnsSaved(milliseconds(3000)), 10 + 1);
}

TEST(FairQueue, ANewConnectionHasSavedNothing) {
  FairQueue queue;
  for (int i = 0; i < 40; ++i) Push(queue, 0);
  for (int i = 0; i < 20; ++i) queue.Finish(*queue.Pop(), milliseconds(100));
  for (int i = 0; i < 20; ++i) Push(queue, 1);
  const auto first = Serve(queue, {{0, 100}, {1, 100}});
  EXPECT_THAT(std::vector(first.begin(), first.begin() + 6), ElementsAre(1, 0, 1, 0, 1, 0));
}

// Sixteen connections that always have a second of work waiting, and one that brings 2 ms of it
// now and then, on one thread: it waits for the piece that is under way, and for no other. Only its
// first call may find connections that have had as little as it has.
TEST(FairQueue, WhoUsesMillisecondsWaitsForOneOfThoseWhoUseSeconds) {
  constexpr std::size_t kHeavy = 16;
  constexpr milliseconds kSecond{1000};
  constexpr milliseconds kBatch{2};
  FairQueue queue;
  for (std::size_t i = 0; i < kHeavy; ++i) Push(queue, i);
  milliseconds now{0};
  milliseconds next_batch{100};
  milliseconds sent{0};
  bool waits = false;  // what was sent
  int batches = 0;
  for (int step = 0; step < 2000; ++step) {
    const auto entry = queue.Pop();
    ASSERT_TRUE(entry);
    const bool heavy = Index(*entry) < kHeavy;
    if (!heavy) {
      const milliseconds waited = now - sent;
      ++batches;
      ASSERT_LE(batches == 1 ? kSecond : waited, kSecond) << "batch " << batches;
      waits = false;
      next_batch = now + kBatch + milliseconds(37 * (batches % 50));
    }
    const milliseconds took = heavy ? kSecond : kBatch;
    // What arrives while this is under way.
    if (!waits && next_batch <= now + took) {
      waits = true;
      sent = std::max(next_batch, now);
      Push(queue, kHeavy);
    }
    now += took;
    if (heavy) Push(queue, Index(*entry));
    queue.Finish(*entry, took);
    if (!waits && next_batch <= now) {
      waits = true;
      sent = now;
      Push(queue, kHeavy);
    }
  }
  EXPECT_GT(batches, 500);
}

TEST(FairQueue, AFullQueueTakesFromTheLongestLine) {
  FairQueue queue;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(Push(queue, 0, 4, i));
  const auto victim = Push(queue, 1, 4);
  ASSERT_TRUE(victim);
  EXPECT_EQ(Index(*victim), 0);
  EXPECT_EQ(Number(*victim), 3) << "the newest";
  EXPECT_EQ(queue.size(), 4);
}

TEST(FairQueue, TheLongestLineCannotTakeFromOthers) {
  FairQueue queue;
  Push(queue, 0, 2);
  Push(queue, 1, 2);
  const auto victim = Push(queue, 0, 2, 7);
  ASSERT_TRUE(victim);
  EXPECT_EQ(Number(*victim), 7) << "the new one itself";
}

TEST(FairQueue, AQueueOfLengthZeroTakesNothing) {
  FairQueue queue;
  const auto victim = Push(queue, 0, 0, 5);
  ASSERT_TRUE(victim);
  EXPECT_EQ(Number(*victim), 5);
  EXPECT_FALSE(queue.Pop());
}

// Whatever happens: nothing is lost or doubled, the limit holds, and in a full queue no two lines
// differ by more than what their connections sent.
TEST(FairQueue, AnyOrderOfArrivals) {
  std::mt19937 random(7);
  FairQueue queue;
  constexpr std::size_t kLimit = 12;
  std::array<std::size_t, 6> waiting{};
  std::vector<FairQueue::Entry> under_way;
  for (int step = 0; step < 20000; ++step) {
    const auto choice = random() % 6;
    if (choice < 3) {
      const std::size_t connection = std::min<std::size_t>(random() % 12, 5);
      const auto victim = Push(queue, connection, kLimit);
      ++waiting[connection];
      if (victim) {
        const std::size_t loser = Index(*victim);
        EXPECT_EQ(waiting[loser], *std::max_element(waiting.begin(), waiting.end()));
        --waiting[loser];
      }
    } else if (choice == 3 && !under_way.empty()) {
      queue.Finish(under_way.back(), milliseconds(random() % 9));
      under_way.pop_back();
    } else if (const auto entry = queue.Pop()) {
      --waiting[Index(*entry)];
      under_way.insert(under_way.begin(), *entry);
    }
    std::size_t sum = 0;
    for (const std::size_t line : waiting) sum += line;
    ASSERT_EQ(queue.size(), sum);
    ASSERT_LE(queue.size(), kLimit);
  }
}

}  // namespace
}  // namespace advantaged
