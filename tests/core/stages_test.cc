// Stages against exact arithmetic over the whole batch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "advantaged/advantaged.h"
#include "tests/reference/real.h"

namespace advantaged {
namespace {

using testing::ElementsAre;
using Exact = reference::Real;

constexpr Stage kCenter{.kind = Stage::Kind::kCenter};
constexpr Stage kScale{.kind = Stage::Kind::kScale};
constexpr Stage kByTokens{.kind = Stage::Kind::kScale, .weighting = Stage::Weighting::kTokens};

Stage Clip(double low, double high) {
  return {.kind = Stage::Kind::kClip, .low = low, .high = high};
}

// A batch of groups of four real rewards.
struct TestBatch {
  explicit TestBatch(std::size_t groups, unsigned seed = 1) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal(0.3F, 2);
    for (std::size_t i = 0; i < 4 * groups; ++i) {
      rewards.push_back(normal(generator));
      lengths.push_back(static_cast<std::uint32_t>(generator() % 1000));
    }
  }

  Request Make(std::vector<Stage> stages, MethodSpec method = {"dr_grpo", {}}) const {
    Request request;
    request.method = std::move(method);
    request.batch.rewards = rewards;
    request.batch.lengths = lengths;
    request.batch.group_size = 4;
    request.options.stages = std::move(stages);
    return request;
  }

  std::vector<float> rewards;
  std::vector<std::uint32_t> lengths;
};

Result Succeed(const Request& request) {
  Result result = Compute(request);
  EXPECT_TRUE(result.ok()) << (result.ok() ? ""
                                           : result.violations.listed()[0].field + ": " +
                                                 result.violations.listed()[0].description);
  return result;
}

// The stages as their definition says, in 100 digits, on the method's float32 advantages.
std::vector<Exact> Reference(const Request& request) {
  Request plain = request;
  plain.options.stages.clear();
  const std::vector<float> advantages = Succeed(plain).advantages;
  std::vector<Exact> x(advantages.begin(), advantages.end());
  for (const Stage& stage : request.options.stages) {
    if (stage.kind == Stage::Kind::kClip) {
      for (Exact& value : x) value = std::min(std::max(value, Exact(stage.low)), Exact(stage.high));
      continue;
    }
    const bool of_rewards =
        stage.kind == Stage::Kind::kScale && stage.spread == Stage::Spread::kRewards;
    Exact weight = 0, sum = 0, squares = 0;
    const auto value = [&](std::size_t i) {
      return of_rewards ? Exact(request.batch.rewards[i]) : x[i];
    };
    const auto w = [&](std::size_t i) {
      return stage.weighting == Stage::Weighting::kTokens ? Exact(request.batch.lengths[i])
                                                          : Exact(1);
    };
    for (std::size_t i = 0; i < x.size(); ++i) weight += w(i), sum += w(i) * value(i);
    const Exact mean = sum / weight;
    for (std::size_t i = 0; i < x.size(); ++i)
      squares += w(i) * (value(i) - mean) * (value(i) - mean);
    const Exact variance = squares / (weight - stage.ddof);
    for (Exact& v : x) {
      if (stage.kind == Stage::Kind::kCenter) {
        v -= mean;
      } else if (stage.epsilon_inside_root) {
        v /= sqrt(Exact(variance + stage.epsilon));
      } else {
        v /= sqrt(variance) + stage.epsilon;
      }
    }
  }
  return x;
}

void ExpectExact(const Request& request) {
  const std::vector<float> result = Succeed(request).advantages;
  const std::vector<Exact> expected = Reference(request);
  Exact largest = 0;
  for (const Exact& x : expected) largest = std::max<Exact>(largest, abs(x));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto rounded = static_cast<float>(expected[i]);
    const double ulp =
        static_cast<double>(std::nextafter(std::abs(rounded), INFINITY)) - std::abs(rounded);
    EXPECT_LE(abs(Exact(result[i]) - expected[i]), 0.51 * ulp + ldexp(largest, -40)) << i;
  }
}

TEST(Stages, EachOptionIsItsDefinition) {
  const TestBatch batch(300);
  Stage scale = kScale;
  ExpectExact(batch.Make({kCenter}));
  ExpectExact(batch.Make({kScale}));
  ExpectExact(batch.Make({kByTokens}));
  scale.ddof = 1;
  ExpectExact(batch.Make({scale}));
  scale.epsilon = 1e-4;
  ExpectExact(batch.Make({scale}));
  scale.epsilon_inside_root = true;
  ExpectExact(batch.Make({scale}));
  scale.spread = Stage::Spread::kRewards;
  ExpectExact(batch.Make({scale}));
  ExpectExact(batch.Make({Clip(-0.5, 0.25)}));
}

TEST(Stages, RunInTheOrderOfTheList) {
  const TestBatch batch(300);
  const MethodSpec uncentred{"reinforce", {}};
  ExpectExact(batch.Make({kCenter, kScale, Clip(-1, 1)}, uncentred));
  ExpectExact(batch.Make({Clip(-1, 1), kScale, kCenter}, uncentred));
  ExpectExact(batch.Make({kScale, kCenter, Clip(-1, 2), kCenter, kByTokens, kCenter}, uncentred));
  EXPECT_NE(Succeed(batch.Make({kCenter, Clip(-1, 2)}, uncentred)).advantages,
            Succeed(batch.Make({Clip(-1, 2), kCenter}, uncentred)).advantages);
}

TEST(Stages, LargeBatchesUseManyBlocks) {
  const TestBatch batch(5000);
  ExpectExact(batch.Make({kCenter, kScale}, {"reinforce", {}}));
}

TEST(Stages, MaskedResponsesTakeNoPart) {
  TestBatch batch(2);
  Request request = batch.Make({kCenter}, {"reinforce", {}});
  const std::vector<std::uint8_t> valid = {0b10111111};
  batch.rewards = {1, 2, 3, 4, 5, 6, NAN, 7};
  request.batch.rewards = batch.rewards;
  request.batch.valid = {valid};
  EXPECT_THAT(Succeed(request).advantages, ElementsAre(-3, -2, -1, 0, 1, 2, 0, 3));
}

TEST(Stages, ABatchWithoutSpreadScalesToZero) {
  TestBatch batch(2);
  batch.rewards.assign(8, 0.95F);
  Stage scale = kScale;
  scale.epsilon = 1e-8;
  EXPECT_THAT(Succeed(batch.Make({scale}, {"reinforce", {}})).advantages, testing::Each(0.0F));
  EXPECT_THAT(Succeed(batch.Make({kCenter, scale}, {"reinforce", {}})).advantages,
              testing::Each(0.0F));
}

TEST(Stages, SummaryIsOfWhatIsReturned) {
  const TestBatch batch(50);
  const Result result = Succeed(batch.Make({Clip(-0.125, 0.125)}));
  EXPECT_EQ(result.summary.max_absolute, 0.125);
}

void ExpectRefused(const Request& request, const std::string& field) {
  const Result result = Compute(request);
  ASSERT_FALSE(result.ok()) << field;
  EXPECT_EQ(result.violations.listed()[0].field, field);
}

TEST(Stages, RefuseToRecentreWhatMeansSomething) {
  TestBatch batch(2);
  batch.rewards = {1, 0, 0, 1, 1, 1, 0, 1};
  for (const MethodSpec& method :
       std::vector<MethodSpec>{{"pass_at_k_reinforce", {{"k", 2}}},
                               {"pass_at_k_rloo", {{"k", 2}}},
                               {"pass_at_k_grpo", {{"k", 2}}},
                               {"combined_direct", {{"k", 2}}},
                               {"max_at_k", {{"k", 2}}},
                               {"biased_pass_at_k", {{"k", 2}, {"base", "reinforce"}}},
                               {"focal", {{"gamma", 1}, {"base", "reinforce"}}}}) {
    Request request = batch.Make({kScale, kCenter}, method);
    ExpectRefused(request, "stages[1].center");
    request.options.allow_recentering = true;
    Succeed(request);
  }
  Succeed(batch.Make({kCenter}, {"focal", {{"gamma", 1}, {"base", "grpo"}}}));
}

TEST(Stages, RefuseWhatMakesNoSense) {
  TestBatch batch(2);
  Stage bad = kScale;
  bad.ddof = 2;
  ExpectRefused(batch.Make({bad}), "stages[0].scale.ddof");
  bad = kScale;
  bad.epsilon = -1;
  ExpectRefused(batch.Make({kCenter, bad}), "stages[1].scale.epsilon");
  ExpectRefused(batch.Make({Clip(1, -1)}), "stages[0].clip");
  ExpectRefused(batch.Make({Clip(NAN, 1)}), "stages[0].clip");
  Request request = batch.Make({kByTokens});
  request.batch.lengths = {};
  ExpectRefused(request, "lengths");
  batch.lengths.assign(8, 0);
  ExpectRefused(batch.Make({kByTokens}), "lengths");
  request = batch.Make({Clip(-1, 1)});
  request.options.moments_only = true;
  ExpectRefused(request, "moments_only");
  request = batch.Make({kScale});
  request.options.batch_moments = {{8, 0, 1}, {8, 0, 1}};
  ExpectRefused(request, "batch_moments");
  for (const BatchMoments& moments : {BatchMoments{0, 0, 1}, {0.5, 0, 0}, {1, 0, 1}}) {
    request.options.batch_moments = {moments};
    ExpectRefused(request, "batch_moments[0]");
  }
  request = batch.Make({kScale});
  request.options.per_group = true;
  ExpectRefused(request, "reply_form");
}

}  // namespace
}  // namespace advantaged
