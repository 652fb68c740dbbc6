// Values that trainers' own functions returned for the same rewards, so that a user finds the
// numbers of the framework at hand under the right method and parameters. Frameworks compute in
// float32, hence six digits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "advantaged/advantaged.h"

namespace advantaged {
namespace {

using testing::FloatNear;
using testing::Pointwise;

const std::vector<float> kThreeOfEight = {1, 0, 0, 1, 0, 0, 1, 0};
const std::vector<float> kOneOfEight = {1, 0, 0, 0, 0, 0, 0, 0};
const std::vector<float> kContinuous = {0, .5F, .2F, 1, .3F, 0, .8F, .6F};
const std::vector<float> kConstant(8, .95F);

std::vector<float> Advantages(const MethodSpec& method, const std::vector<float>& rewards,
                              const std::vector<std::uint32_t>& lengths = {}) {
  Request request;
  request.method = method;
  request.batch.rewards = rewards;
  request.batch.lengths = lengths;
  request.batch.group_size = static_cast<std::uint32_t>(rewards.size());
  Result result = Compute(request);
  EXPECT_TRUE(result.ok());
  return result.advantages;
}

// A(correct) = [0], A(wrong) = [1] in both binary groups.
void ExpectPair(const MethodSpec& method, const std::vector<float>& rewards, float correct,
                float wrong) {
  const std::vector<float> advantages = Advantages(method, rewards);
  EXPECT_NEAR(advantages[0], correct, 2e-6 * std::abs(correct));
  EXPECT_NEAR(advantages[1], wrong, 2e-6 * std::abs(wrong));
}

void ExpectValues(const std::vector<float>& advantages, const std::vector<float>& expected) {
  EXPECT_THAT(advantages, Pointwise(FloatNear(2e-6F), expected));
}

TEST(FrameworkValues, GrpoOfVerlRollEasyR1AndSkyRlDividesByNMinusOneAndAddsEpsilon) {
  const MethodSpec method{"grpo", {{"ddof", 1}, {"epsilon", 1e-6}}};
  ExpectPair(method, kThreeOfEight, 1.207612F, -0.7245674F);
  ExpectPair(method, kOneOfEight, 2.474867F, -0.3535524F);
  ExpectValues(Advantages(method, kContinuous), {-1.162869F, .2052122F, -.6156368F, 1.573294F,
                                                 -.3420204F, -1.162869F, 1.026061F, .4788286F});
  // There these eight constants get 0.056 each.
  ExpectValues(Advantages(method, kConstant), std::vector<float>(8, 0.0F));
}

// The last output of a session stands for it, and the others get its advantage. There the last
// value is masked afterwards.
TEST(FrameworkValues, GrpoOfVerlCountsASessionOnce) {
  const std::vector<float> rewards = {100, 10, 400, 300, 22, 38};
  const std::vector<std::uint32_t> sessions = {1, 1, 2, 2, 3, 4};
  Request request;
  request.method = {"grpo", {{"ddof", 1}, {"epsilon", 1e-6}}};
  request.batch.rewards = rewards;
  request.batch.group_size = 6;
  request.batch.trajectory_ids = sessions;
  request.batch.trajectory_reward = TrajectoryReward::kLast;
  const Result result = Compute(request);
  ASSERT_TRUE(result.ok());
  ExpectValues(result.advantages,
               {-.5943461F, -.5943461F, 1.4948704F, 1.4948704F, -.5078958F, -.3926286F});
}

TEST(FrameworkValues, GrpoOfTrlAddsALargerEpsilon) {
  const MethodSpec method{"grpo", {{"ddof", 1}, {"epsilon", 1e-4}}};
  ExpectPair(method, kThreeOfEight, 1.207381F, -.7244288F);
  ExpectPair(method, kOneOfEight, 2.474174F, -.3534534F);
}

TEST(FrameworkValues, GrpoOfOpenInstructAndTrlAsyncDividesByN) {
  const MethodSpec method{"grpo", {{"epsilon", 1e-8}}};
  ExpectPair(method, kThreeOfEight, 1.290994F, -.7745967F);
  ExpectValues(Advantages(method, kContinuous), {-1.243163F, .2193817F, -.6581452F, 1.681926F,
                                                 -.3656362F, -1.243163F, 1.096909F, .5118907F});
}

TEST(FrameworkValues, DrGrpoIsVerlWithoutStdAndPrimeRl) {
  ExpectPair({"dr_grpo", {}}, kThreeOfEight, .625F, -.375F);
  ExpectValues(Advantages({"dr_grpo", {}}, kContinuous),
               {-.425F, .075F, -.225F, .575F, -.125F, -.425F, .375F, .175F});
}

TEST(FrameworkValues, RlooIsTheSameEverywhere) {
  ExpectPair({"rloo", {}}, kThreeOfEight, .7142857F, -.4285714F);
  ExpectValues(Advantages({"rloo", {}}, kContinuous), {-.4857143F, .0857143F, -.2571428F, .6571429F,
                                                       -.1428571F, -.4857143F, .4285714F, .2F});
}

TEST(FrameworkValues, MaxRlIsPrimeRls) {
  ExpectPair({"max_rl", {}}, kThreeOfEight, 1.666667F, -1);
  ExpectPair({"max_rl", {}}, kOneOfEight, 7, -1);
  ExpectValues(Advantages({"max_rl", {}}, kContinuous),
               {-1, .1764705F, -.5294118F, 1.352941F, -.2941176F, -1, .8823529F, .4117647F});
}

TEST(FrameworkValues, PassAtKShapedIsChenEtAl) {
  ExpectPair({"pass_at_k_shaped", {{"k", 2}}}, kThreeOfEight, .745356F, -.4472136F);
  ExpectPair({"pass_at_k_shaped", {{"k", 4}}}, kThreeOfEight, .2773501F, -.1664101F);
  ExpectPair({"pass_at_k_shaped", {{"k", 4}}}, kOneOfEight, 1, -.1428571F);
}

// The authors' listing returns s_i: scale "published".
MethodSpec MaxAt4(const char* variant) {
  return {"max_at_k", {{"k", 4}, {"variant", variant}, {"scale", "published"}}};
}

TEST(FrameworkValues, MaxAtKIsTheAuthorsListing) {
  ExpectPair(MaxAt4("plain"), kThreeOfEight, .5F, .4428571F);
  ExpectPair(MaxAt4("leave_one_out"), kThreeOfEight, .01020408F, -.1122449F);
  ExpectPair(MaxAt4("leave_one_out_minus_one"), kThreeOfEight, .1428571F, 0);
  ExpectValues(Advantages(MaxAt4("plain"), kContinuous),
               {.4057143F, .4085714F, .4057143F, .5F, .4057143F, .4057143F, .4428571F, .4142857F});
  ExpectValues(Advantages(MaxAt4("leave_one_out"), kContinuous),
               {-.0987755F, -.0926531F, -.0987755F, .1032653F, -.0987755F, -.0987755F, -.0191837F,
                -.0804082F});
  ExpectValues(Advantages(MaxAt4("leave_one_out_minus_one"), kContinuous),
               {0, .0128571F, 0, .1842857F, .0014286F, 0, .0842857F, .0271429F});
  ExpectValues(Advantages(MaxAt4("leave_one_out"), kConstant), std::vector<float>(8, -.0678571F));
}

TEST(FrameworkValues, OpoIsVerls) {
  ExpectValues(Advantages({"opo", {}}, {1, 0, 1, 0}, {1, 4, 2, 4}),
               {.7272727F, -.2727273F, .7272727F, -.2727273F});
}

}  // namespace
}  // namespace advantaged
