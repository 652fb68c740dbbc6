// A batch whose responses are all masked out: every method, stage and part of it passes.

#include <limits>
#include <vector>

#include "tests/core/refusal.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Stage Made(Stage::Kind kind, Stage::Weighting weighting = Stage::Weighting::kResponses) {
  Stage stage;
  stage.kind = kind;
  stage.weighting = weighting;
  stage.low = -1;
  stage.high = 1;
  return stage;
}

std::vector<std::vector<Stage>> Chains() {
  const Stage center = Made(Stage::Kind::kCenter);
  const Stage scale = Made(Stage::Kind::kScale);
  const Stage clip = Made(Stage::Kind::kClip);
  const Stage by_tokens = Made(Stage::Kind::kCenter, Stage::Weighting::kTokens);
  Stage of_rewards = Made(Stage::Kind::kScale, Stage::Weighting::kTokens);
  of_rewards.spread = Stage::Spread::kRewards;
  of_rewards.ddof = 1;
  return {{center},    {scale},      {clip},
          {by_tokens}, {of_rewards}, {center, scale, clip, by_tokens, of_rewards}};
}

Call AllMasked(const std::vector<Stage>& stages) {
  Call call;
  call.method = {"grpo", {}};
  call.rewards = {kNaN, 0.5F, 1, 0};
  call.group_size = 2;
  call.valid = {0};
  call.lengths = {3, 0, 0, 5};
  call.options.stages = stages;
  return call;
}

TEST(EmptyBatch, PassesEveryStageWithZeros) {
  for (const std::vector<Stage>& stages : Chains()) {
    const Result result = AllMasked(stages).Run();
    ASSERT_TRUE(result.ok()) << stages.size() << Describe(result);
    EXPECT_EQ(result.advantages, Floats({0, 0, 0, 0}));
    EXPECT_EQ(result.summary.empty, 2U);
    EXPECT_EQ(result.summary.max_absolute, 0);
    for (const BatchMoments& moments : result.batch_moments) EXPECT_EQ(moments.weight, 0);
  }
}

TEST(EmptyBatch, PassesInPartsToo) {
  for (const std::vector<Stage>& stages : Chains()) {
    Call part = AllMasked(stages);
    const std::vector<BatchMoments> moments = part.Run().batch_moments;
    if (moments.empty()) continue;
    part.options.moments_only = true;
    part.options.batch_moments = moments;
    Result result = part.Run();
    ASSERT_TRUE(result.ok()) << Describe(result);
    part.options.moments_only = false;
    result = part.Run();
    ASSERT_TRUE(result.ok()) << Describe(result);
    EXPECT_EQ(result.advantages, Floats({0, 0, 0, 0}));
  }
}

TEST(EmptyBatch, PassesUnderEveryMethodAndPolicy) {
  for (const MethodSpec& spec : EverySpec(3)) {
    for (const auto policy : {SmallGroupPolicy::kZero, SmallGroupPolicy::kError}) {
      Call call = CallFor(spec, {kNaN, 1, 5});
      call.valid = {0};
      call.options.small_group = policy;
      call.options.stages = {Made(Stage::Kind::kScale), Made(Stage::Kind::kClip)};
      EXPECT_EQ(AdvantagesOf(call), Floats({0, 0, 0})) << Describe(spec);
    }
  }
}

// A batch with responses is another matter.
TEST(EmptyBatch, IsNotOneWhoseTokensAreNone) {
  Call call = AllMasked({Made(Stage::Kind::kCenter, Stage::Weighting::kTokens)});
  call.valid = {6};  // of length 0
  ExpectRefused(call, {{"lengths", "all 0"}});
  call.options.batch_moments = {{0, 0, 0}};
  ExpectRefused(call, {{"lengths", "all 0"}});
  call.valid = {8};
  ExpectRefused(call, {{"batch_moments[0]", "weight 0, but this part of the batch has 5"}});
  call.options.batch_moments = {{0, 1, 0}};
  ExpectRefused(call, {{"batch_moments[0]", "are no moments"}});
}

}  // namespace
}  // namespace advantaged::testing
