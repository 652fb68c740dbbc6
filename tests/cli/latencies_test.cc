#include "cli/bench/latencies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace advantaged::cli {
namespace {

// 1 … `calls` microseconds, shuffled.
std::vector<std::uint64_t> UpTo(std::uint64_t calls) {
  std::vector<std::uint64_t> nanoseconds;
  for (std::uint64_t i = 1; i <= calls; ++i) nanoseconds.push_back(1000 * i);
  std::ranges::shuffle(nanoseconds, std::mt19937(1));
  return nanoseconds;
}

TEST(Latencies, AreExact) {
  const Latencies of_2000 = Summarize(UpTo(2000));
  EXPECT_DOUBLE_EQ(of_2000.mean, 1000.5);
  EXPECT_DOUBLE_EQ(of_2000.p50, 1000);
  EXPECT_DOUBLE_EQ(of_2000.p90, 1800);
  EXPECT_DOUBLE_EQ(of_2000.p99, 1980);
  EXPECT_DOUBLE_EQ(of_2000.p999, 1998);
  EXPECT_DOUBLE_EQ(of_2000.max, 2000);
}

TEST(Latencies, AreTheNextCallWhereNoneIsThatShare) {
  const Latencies of_7 = Summarize(UpTo(7));
  EXPECT_DOUBLE_EQ(of_7.p50, 4);
  EXPECT_DOUBLE_EQ(of_7.p90, 7);
  EXPECT_DOUBLE_EQ(of_7.p999, 7);
  EXPECT_DOUBLE_EQ(Summarize({42'000}).p50, 42);
}

TEST(Latencies, OfNoCallAreZero) { EXPECT_EQ(Summarize({}).max, 0); }

}  // namespace
}  // namespace advantaged::cli
