// A run that is stopped on the way, and what a run says about clipping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "advantaged/describe.h"
#include "core/engine/computation.h"

namespace advantaged {
namespace {

// Groups of four in four stretches of kStopInterval responses, and a little more.
constexpr std::size_t kResponses = 4 * kStopInterval + 8;
constexpr int kAsked = 5;

// Counts what it hears.
struct Listener final : GroupObserver {
  void OnGroup(const GroupReport& /*report*/, std::uint64_t times) override { groups += times; }
  void OnAdvantages(std::span<const float> advantages) override { returned += advantages.size(); }
  void OnAdvantage(float /*advantage*/, std::uint64_t times) override { returned += times; }
  std::size_t groups = 0;
  std::size_t returned = 0;
};

struct TestRun {
  std::vector<float> rewards;
  Request request;
  std::vector<float> out;
  Listener listener;

  explicit TestRun(std::vector<Stage> stages = {}, std::size_t responses = kResponses) {
    for (std::size_t i = 0; i < responses; ++i) {
      rewards.push_back(static_cast<float>(i % 7) - 2.5F);
    }
    request.method = {"reinforce", {}};
    request.batch.rewards = rewards;
    request.batch.group_size = 4;
    request.options.stages = std::move(stages);
  }

  Computation::Notes operator()(const StopCheck& stop = {}) {
    Violations violations;
    const Computation computation(request, violations);
    out.resize(computation.output_size());
    Computation::Notes notes = computation.Run(out, &listener, violations, stop);
    EXPECT_TRUE(violations.empty());
    return notes;
  }
};

TEST(Stop, IsAskedOnceForEachStretchAndForEachStage) {
  for (const std::vector<Stage>& stages :
       {std::vector<Stage>(), {{.kind = Stage::Kind::kCenter}, {.kind = Stage::Kind::kScale}}}) {
    TestRun run(stages);
    int asked = 0;
    EXPECT_FALSE(run([&] { return ++asked, false; }).stopped);
    EXPECT_EQ(asked, kAsked + static_cast<int>(stages.size()));
    EXPECT_EQ(run.listener.returned, kResponses);
  }
}

TEST(Stop, ChangesNothingUnlessItStops) {
  TestRun plain, asked;
  plain();
  asked([] { return false; });
  EXPECT_EQ(plain.out, asked.out);
}

TEST(Stop, EndsTheRunAtOnce) {
  for (int after = 1; after <= kAsked; ++after) {
    TestRun run;
    int asked = 0;
    EXPECT_TRUE(run([&] { return ++asked == after; }).stopped);
    EXPECT_EQ(asked, after);
    EXPECT_EQ(run.listener.returned, (static_cast<std::size_t>(after) - 1) * kStopInterval);
  }
}

TEST(Stop, EndsTheRunBeforeAnyStage) {
  for (int stage = 1; stage <= 3; ++stage) {
    TestRun run({{.kind = Stage::Kind::kCenter},
                 {.kind = Stage::Kind::kScale},
                 {.kind = Stage::Kind::kClip, .low = -1, .high = 1}});
    int asked = 0;
    const Computation::Notes notes = run([&] { return ++asked == kAsked + stage; });
    EXPECT_TRUE(notes.stopped);
    EXPECT_EQ(asked, kAsked + stage);
    EXPECT_EQ(run.listener.returned, 0U);
    EXPECT_EQ(notes.clipped_high, 0U);
  }
}

TEST(Clipped, CountsWhatEachBoundChanged) {
  // -2.5 … 3.5 in steps of 1, seven rewards a round; REINFORCE returns the rewards.
  TestRun run({{.kind = Stage::Kind::kClip, .low = -1.5, .high = 1}}, 28);
  const Computation::Notes notes = run();
  EXPECT_EQ(notes.clipped_low, 4U);    // -2.5; -1.5 stands on the bound
  EXPECT_EQ(notes.clipped_high, 12U);  // 1.5, 2.5, 3.5
}

TEST(Clipped, AddsUpOverStages) {
  TestRun run({{.kind = Stage::Kind::kClip, .low = -1.5, .high = 3},
               {.kind = Stage::Kind::kClip, .low = -1, .high = 3}},
              28);
  const Computation::Notes notes = run();
  EXPECT_EQ(notes.clipped_low, 12U);  // -2.5, then -2.5 and -1.5
  EXPECT_EQ(notes.clipped_high, 4U);
}

TEST(Clipped, MaskedResponsesDoNotCount) {
  TestRun run({{.kind = Stage::Kind::kClip, .low = 0, .high = 1}}, 8);
  const std::vector<std::uint8_t> valid = {0b11110000};
  run.request.batch.valid = {valid};
  const Computation::Notes notes = run();
  EXPECT_EQ(notes.clipped_low, 1U);  // of 1.5, 2.5, 3.5, -2.5
  EXPECT_EQ(notes.clipped_high, 3U);
}

TEST(Clipped, AQuestionForMomentsClipsNothing) {
  TestRun run({{.kind = Stage::Kind::kClip, .low = 0, .high = 1}, {.kind = Stage::Kind::kCenter}},
              28);
  run.request.options.moments_only = true;
  const Computation::Notes notes = run();
  EXPECT_EQ(notes.clipped_low + notes.clipped_high, 0U);
  EXPECT_EQ(notes.batch_moments.size(), 1U);
}

// The curves of these are a formula and an integral; the last has no table.
TEST(Stop, ADescriptionIsStoppedWhereverItIs) {
  for (const MethodSpec& method :
       {MethodSpec{"pass_at_k_grpo", {{"k", 4}}},
        MethodSpec{"pass_at_k_variance_stabilized", {{"k", 4}}}, MethodSpec{"opo", {}}}) {
    const DescribeRequest request{.method = method, .n = 64, .points = 99, .rho = {}};
    int asked = 0;
    ASSERT_FALSE(Describe(request, [&] { return ++asked, false; }).stopped) << method.name;
    ASSERT_GT(asked, 20) << method.name;
    for (int stop = 1; stop <= asked; ++stop) {
      int left = stop;
      EXPECT_TRUE(Describe(request, [&] { return --left == 0; }).stopped) << method.name << stop;
      EXPECT_EQ(left, 0) << "asked again after it was stopped";
    }
    EXPECT_TRUE(Describe(request).ok()) << "afterwards";
  }
}

// What an evaluation takes longest: it is asked often enough where a description takes long.
TEST(Stop, TheLongestDescriptionIsAskedThousandsOfTimes) {
  const DescribeRequest request{.method = {"pass_at_k_variance_stabilized", {{"k", 4}}},
                                .n = 4096,
                                .points = 4096,
                                .rho = {}};
  int left = 3000;
  EXPECT_TRUE(Describe(request, [&] { return --left == 0; }).stopped);
}

}  // namespace
}  // namespace advantaged
