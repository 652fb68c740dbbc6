// Whose turn it is, and who loses its place in a full queue.
#include "server/fair_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

namespace advantaged {
namespace {

using testing::ElementsAre;

// Connections are told apart by address.
constexpr char kNames[] = "abcdef";
ConnectionId Connection(std::size_t i) { return &kNames[i]; }
std::size_t Index(ConnectionId id) {
  return static_cast<std::size_t>(static_cast<const char*>(id) - kNames);
}

constexpr std::size_t kRoom = 1000;

std::optional<FairQueue::Entry> Push(FairQueue& queue, std::size_t connection, double cost = 1,
                                     std::size_t limit = kRoom) {
  return queue.Push({.task = nullptr, .connection = Connection(connection), .cost = cost}, limit);
}

// The connections in the order in which they are served.
std::vector<std::size_t> Drain(FairQueue& queue) {
  std::vector<std::size_t> order;
  while (const auto entry = queue.Pop()) order.push_back(Index(entry->connection));
  return order;
}

TEST(FairQueue, OneConnectionIsServedInItsOrder) {
  FairQueue queue;
  for (const double cost : {3.0, 1.0, 2.0}) EXPECT_FALSE(Push(queue, 0, cost));
  std::vector<double> costs;
  while (const auto entry = queue.Pop()) costs.push_back(entry->cost);
  EXPECT_THAT(costs, ElementsAre(3, 1, 2));
}

TEST(FairQueue, ALateConnectionDoesNotWaitBehindAFlood) {
  FairQueue queue;
  for (int i = 0; i < 5; ++i) Push(queue, 0);
  EXPECT_EQ(Index(queue.Pop()->connection), 0);
  Push(queue, 1);
  Push(queue, 1);
  EXPECT_THAT(Drain(queue), ElementsAre(1, 0, 1, 0, 0, 0));
}

// What was taken is under way, and counts until all is done.
TEST(FairQueue, WorkUnderWayIsPartOfTheShare) {
  FairQueue queue;
  Push(queue, 0, 100);
  queue.Pop();
  Push(queue, 0);
  Push(queue, 1);
  EXPECT_THAT(Drain(queue), ElementsAre(1, 0));
}

TEST(FairQueue, AfterABusyPeriodAllBeginAnew) {
  FairQueue queue;
  Push(queue, 0, 100);
  queue.Pop();
  queue.EndBusyPeriod();
  Push(queue, 0);
  Push(queue, 1);
  EXPECT_THAT(Drain(queue), ElementsAre(0, 1));
}

TEST(FairQueue, SharesAreOfCostNotOfCalls) {
  FairQueue queue;
  for (int i = 0; i < 4; ++i) Push(queue, 0, 4);
  for (int i = 0; i < 8; ++i) Push(queue, 1, 1);
  // Four small ones for each large one.
  EXPECT_THAT(Drain(queue), ElementsAre(0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0));
}

TEST(FairQueue, WhoWasIdleHasSavedNothing) {
  FairQueue queue;
  for (int i = 0; i < 4; ++i) Push(queue, 0);
  for (int i = 0; i < 3; ++i) queue.Pop();
  // Connection 1 comes now; it does not get three turns for the time it was away.
  for (int i = 0; i < 3; ++i) Push(queue, 0);
  for (int i = 0; i < 3; ++i) Push(queue, 1);
  const std::vector<std::size_t> order = Drain(queue);
  std::size_t lead = 0;
  std::map<std::size_t, std::size_t> served;
  for (const std::size_t connection : order) {
    ++served[connection];
    if (served[1] > served[0]) lead = std::max(lead, served[1] - served[0]);
  }
  EXPECT_LE(lead, 1);
}

TEST(FairQueue, AFullQueueTakesFromTheLongestLine) {
  FairQueue queue;
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(Push(queue, 0, 1 + i, 4));
  const auto victim = Push(queue, 1, 1, 4);
  ASSERT_TRUE(victim);
  EXPECT_EQ(Index(victim->connection), 0);
  EXPECT_EQ(victim->cost, 4) << "the newest";
  EXPECT_EQ(queue.size(), 4);
}

TEST(FairQueue, TheLongestLineCannotTakeFromOthers) {
  FairQueue queue;
  Push(queue, 0, 1, 2);
  Push(queue, 1, 1, 2);
  const auto victim = Push(queue, 0, 7, 2);
  ASSERT_TRUE(victim);
  EXPECT_EQ(victim->cost, 7) << "the new one itself";
}

TEST(FairQueue, AQueueOfLengthZeroTakesNothing) {
  FairQueue queue;
  const auto victim = Push(queue, 0, 5, 0);
  ASSERT_TRUE(victim);
  EXPECT_EQ(victim->cost, 5);
  EXPECT_FALSE(queue.Pop());
}

// Whatever happens: nothing is lost or doubled, the limit holds, and in a full queue no two lines
// differ by more than what their connections sent.
TEST(FairQueue, AnyOrderOfArrivals) {
  std::mt19937 random(7);
  FairQueue queue;
  constexpr std::size_t kLimit = 12;
  std::array<std::size_t, 6> waiting{};
  for (int step = 0; step < 20000; ++step) {
    if (random() % 3 != 0) {
      const std::size_t connection = std::min<std::size_t>(random() % 12, 5);
      const auto victim = Push(queue, connection, static_cast<double>(1 + random() % 9), kLimit);
      ++waiting[connection];
      if (victim) {
        const std::size_t loser = Index(victim->connection);
        EXPECT_EQ(waiting[loser], *std::max_element(waiting.begin(), waiting.end()));
        --waiting[loser];
      }
    } else if (const auto entry = queue.Pop()) {
      --waiting[Index(entry->connection)];
    }
    std::size_t sum = 0;
    for (const std::size_t line : waiting) sum += line;
    ASSERT_EQ(queue.size(), sum);
    ASSERT_LE(queue.size(), kLimit);
  }
}

}  // namespace
}  // namespace advantaged
