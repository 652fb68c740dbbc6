// Runs on the metrics page: which have series, when these go, and that nothing is lost on the way.
#include "server/metrics/run_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/methods/method_table.h"
#include "server/metrics/batch_metrics.h"
#include "server/metrics/metrics.h"

namespace advantaged {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::Pair;

constexpr seconds kIdle{100};

// Batches of one response at a time that the test sets.
class Runs {
 public:
  explicit Runs(std::size_t runs) : metrics_(registry_, {.runs = runs, .idle = kIdle}) {}

  void Commit(std::string_view run, seconds now, std::string_view method = "rloo") {
    BatchTally tally({});
    tally.responses = 1;
    metrics_.Commit({.method = method, .run = run}, tally, RunMetrics::Time(now));
  }
  // The first two of a run: one counts for "other", and one for the run.
  void Begin(std::string_view run, seconds now, std::string_view method = "rloo") {
    Commit(run, now, method);
    Commit(run, now, method);
  }
  void ExpireIdle(seconds now) { metrics_.ExpireIdleRuns(RunMetrics::Time(now)); }

  // Responses by run; "" stands for series without that label, of all methods.
  std::map<std::string, double> Responses() const {
    std::map<std::string, double> result;
    for (const auto& family : registry_.Collect()) {
      if (family.name != "advantaged_responses_total") continue;
      for (const auto& metric : family.metric) result[RunOf(metric)] += metric.counter.value;
    }
    return result;
  }
  // Series by run and family.
  std::map<std::string, std::map<std::string, std::size_t>> Series() const {
    std::map<std::string, std::map<std::string, std::size_t>> result;
    for (const auto& family : registry_.Collect()) {
      for (const auto& metric : family.metric) ++result[RunOf(metric)][family.name];
    }
    return result;
  }

 private:
  static std::string RunOf(const prometheus::ClientMetric& metric) {
    for (const auto& label : metric.label) {
      if (label.name == "run") return label.value;
    }
    return "";
  }

  prometheus::Registry registry_;
  BatchMetrics metrics_;
};

TEST(RunMetrics, WithoutRunsNothingHasTheLabel) {
  Runs runs(0);
  runs.Commit("a", seconds(0));
  runs.Commit("", seconds(0));
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 2)));
}

TEST(RunMetrics, BatchesWithoutARunHaveNoLabel) {
  Runs runs(2);
  runs.Commit("", seconds(0));
  runs.Begin("a", seconds(0));
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 1), Pair("a", 1), Pair("other", 1)));
}

TEST(RunMetrics, NamesThatComeOnceTakeNoRoom) {
  Runs runs(2);
  for (int i = 0; i < 5000; ++i) runs.Commit("junk-" + std::to_string(i), seconds(i));
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("other", 5000)));
  runs.Begin("a", seconds(5000));
  runs.Commit("junk-4999", seconds(5000));
  EXPECT_THAT(runs.Responses(),
              ElementsAre(Pair("", 0), Pair("a", 1), Pair("junk-4999", 1), Pair("other", 5001)));
}

TEST(RunMetrics, TheSecondBatchMayComeUntilTheRunIsIdle) {
  Runs runs(2);
  runs.Commit("a", seconds(0));
  runs.Commit("b", seconds(1));
  runs.ExpireIdle(kIdle);
  runs.Commit("a", kIdle);
  runs.Commit("b", kIdle);
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("b", 1), Pair("other", 3)));
}

// 256 names are remembered, the latest ones.
TEST(RunMetrics, ANameIsForgottenAfterManyOthers) {
  for (const int others : {255, 256}) {
    Runs runs(1);
    runs.Commit("a", seconds(0));
    for (int i = 0; i < others; ++i) runs.Commit("junk-" + std::to_string(i), seconds(1));
    runs.Commit("a", seconds(2));
    EXPECT_EQ(runs.Responses().contains("a"), others == 255);
  }
}

TEST(RunMetrics, OverflowCountsForOther) {
  Runs runs(2);
  for (const char* run : {"a", "a", "b", "b", "c", "c", "d", "d", "a", "b"}) {
    runs.Commit(run, seconds(0));
  }
  EXPECT_THAT(runs.Responses(),
              ElementsAre(Pair("", 0), Pair("a", 2), Pair("b", 2), Pair("other", 6)));
}

TEST(RunMetrics, OtherAsAnOwnNameTakesNoRoom) {
  Runs runs(1);
  for (const char* run : {"other", "other", "a", "a", "b"}) runs.Commit(run, seconds(0));
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("a", 1), Pair("other", 4)));
}

TEST(RunMetrics, SeriesAreThoseOfTheMethodsARunUses) {
  Runs runs(2);
  runs.Begin("a", seconds(0), "rloo");
  runs.Begin("b", seconds(0), "rloo");
  runs.Commit("b", seconds(0), "grpo");
  const auto series = runs.Series();
  const auto& one = series.at("a");
  EXPECT_THAT(one, testing::UnorderedElementsAre(Pair("advantaged_responses_total", 1),
                                                 Pair("advantaged_groups_total", 6),
                                                 Pair("advantaged_success_rate", 1),
                                                 Pair("advantaged_advantage_magnitude", 1),
                                                 Pair("advantaged_advantage_sign_total", 3)));
  for (const auto& [family, count] : one) {
    EXPECT_EQ(series.at("b").at(family), 2 * count) << family;
    EXPECT_EQ(series.at("").at(family), MethodTable().size() * count) << family;
  }
}

TEST(RunMetrics, WeightsOfAllRunsAreTogether) {
  Runs runs(1);
  const auto before = runs.Series();
  runs.Begin("a", seconds(0));
  const auto after = runs.Series();
  for (const char* family : {"advantaged_effective_weight", "advantaged_weight_mass_total"}) {
    EXPECT_GT(after.at("").at(family), 0) << family;
    EXPECT_EQ(after.at("").at(family), before.at("").at(family)) << family;
    EXPECT_FALSE(after.at("a").contains(family)) << family;
  }
}

TEST(RunMetrics, MethodsBeyondTwoForEachRunCountForOther) {
  Runs runs(2);
  const std::vector<const char*> methods = {"rloo", "grpo", "dr_grpo", "max_rl", "focal"};
  for (const char* method : methods) {
    for (int i = 0; i < 2; ++i) runs.Commit("greedy", seconds(0), method);
  }
  runs.Commit("late", seconds(0), "rloo");
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("greedy", 7), Pair("other", 4)));
  runs.ExpireIdle(kIdle);
  runs.Begin("late", kIdle, "rloo");
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("late", 1), Pair("other", 1)));
}

// The names and methods that make the longest lines, and every method in the run "other".
TEST(RunMetrics, PageOfAsManyRunsAsThereMayBeHasTwoMegabytesAtMost) {
  constexpr std::size_t kMostRuns = 64;
  Metrics metrics({}, {.runs = kMostRuns, .idle = kIdle});
  BatchTally tally({});
  tally.responses = 1'000'000'000;
  std::vector<std::string> methods;
  for (const MethodRow* row : MethodTable()) methods.emplace_back(row->name);
  std::ranges::sort(methods, std::ranges::greater{}, &std::string::size);
  std::string run(32, 'a');
  for (std::size_t i = 0; i <= kMostRuns; ++i) {
    run[0] = static_cast<char>('a' + i % 26);
    run[1] = static_cast<char>('a' + i / 26);
    metrics.batch().Commit({.method = methods[0], .run = run}, tally);  // has no series yet
    for (std::size_t method = 0; method < kMethodsPerRun; ++method) {
      metrics.batch().Commit({.method = methods[method], .run = run}, tally);
    }
  }
  for (const std::string& method : methods) {
    metrics.batch().Commit({.method = method, .run = run}, tally);
  }
  const std::size_t bytes = metrics.Page().size();
  RecordProperty("bytes", static_cast<int>(bytes));
  EXPECT_LE(bytes, 2U << 20);
  EXPECT_GT(bytes, 1U << 19) << "runs are on it";
}

TEST(RunMetrics, IdleRunsLeaveNoSeriesAndMakeRoom) {
  Runs runs(2);
  const auto before = runs.Series();
  runs.Begin("a", seconds(0));
  runs.Begin("b", seconds(50));
  runs.ExpireIdle(kIdle - seconds(1));
  EXPECT_THAT(runs.Responses(),
              ElementsAre(Pair("", 0), Pair("a", 1), Pair("b", 1), Pair("other", 2)));
  runs.ExpireIdle(kIdle);
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("b", 1), Pair("other", 2)));
  runs.Begin("c", kIdle);
  EXPECT_THAT(runs.Responses(),
              ElementsAre(Pair("", 0), Pair("b", 1), Pair("c", 1), Pair("other", 3)));
  runs.ExpireIdle(kIdle * 2);
  EXPECT_EQ(runs.Series(), before);
}

TEST(RunMetrics, EachBatchKeepsItsRunAlive) {
  Runs runs(1);
  runs.Commit("a", seconds(0));
  for (int i = 0; i < 5; ++i) {
    runs.Commit("a", kIdle / 2 * i);
    runs.ExpireIdle(kIdle / 2 * i + kIdle - seconds(1));
  }
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("a", 5)));
}

TEST(RunMetrics, OtherExpiresToo) {
  Runs runs(1);
  runs.Begin("a", seconds(0));
  runs.Commit("a", kIdle / 2);
  runs.Commit("b", seconds(0));
  runs.ExpireIdle(kIdle);
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("a", 2)));
}

TEST(RunMetrics, ReturningRunsStartAtZero) {
  Runs runs(1);
  runs.Begin("a", seconds(0));
  runs.Commit("a", seconds(0));
  runs.ExpireIdle(kIdle);
  runs.Begin("a", kIdle);
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("a", 1), Pair("other", 1)));
}

// Six runs for two places, so that batches of one name move between a run and "other".
TEST(RunMetrics, NoBatchIsLostWhileManyCommit) {
  constexpr int kThreads = 4;
  constexpr int kBatches = 600;
  Runs runs(2);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kBatches; ++i) {
        runs.Commit(std::string(1, static_cast<char>('a' + (thread + i) % 6)), seconds(0),
                    i % 2 == 0 ? "rloo" : "grpo");
      }
    });
  }
  threads.clear();
  double sum = 0;
  for (const auto& [run, responses] : runs.Responses()) sum += responses;
  EXPECT_EQ(sum, kThreads * kBatches);
  EXPECT_EQ(runs.Responses().size(), 4);
}

TEST(RunMetrics, RunsExpireWhileOthersCommitAndPagesAreRead) {
  constexpr int kThreads = 3;
  constexpr int kBatches = 300;
  Runs runs(2);
  std::atomic<int> clock = 0;
  std::atomic<bool> done = false;
  {
    const std::jthread expiry([&] {
      // Every run is idle by the next look.
      while (!done) runs.ExpireIdle(clock.fetch_add(1) * kIdle);
    });
    const std::jthread reader([&] {
      while (!done) EXPECT_LE(runs.Responses().size(), 4);
    });
    {
      std::vector<std::jthread> threads;
      for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
          for (int i = 0; i < kBatches; ++i) {
            runs.Commit(std::string(1, static_cast<char>('a' + (thread + i) % 4)),
                        clock.load() * kIdle);
          }
        });
      }
    }
    done = true;
  }
  runs.ExpireIdle((clock + 1) * kIdle);
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0)));
  runs.Begin("z", clock.load() * kIdle);
  EXPECT_THAT(runs.Responses(), ElementsAre(Pair("", 0), Pair("other", 1), Pair("z", 1)));
}

}  // namespace
}  // namespace advantaged
