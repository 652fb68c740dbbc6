// What a violation's text names is there as a number, too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/violations/sentence.h"
#include "tests/core/call.h"

namespace advantaged::testing {
namespace {

using ::testing::ElementsAre;

// The mentions of the only violation: kind and number, a group's id, and the words that are meant.
std::vector<std::string> MentionsOf(const Call& call) {
  const Result result = call.Run();
  if (result.violations.count() != 1) return {"not one violation"};
  const Violation& violation = result.violations.listed()[0];
  std::vector<std::string> mentions;
  for (const Mention& mention : violation.mentions) {
    constexpr const char* kKinds[] = {"group", "trajectory", "row", "value"};
    std::string text = Concat(kKinds[static_cast<int>(mention.kind)], " ", mention.number);
    if (mention.group_id) Append(text, Concat(" id ", *mention.group_id));
    mentions.push_back(Concat(
        text, ": ", violation.description.substr(mention.begin, mention.end - mention.begin)));
  }
  return mentions;
}

Call Of(const std::string& method, const Floats& rewards) {
  Call call;
  call.method.name = method;
  call.rewards = rewards;
  return call;
}

TEST(Mentions, NameTheGroupThatIsTooSmall) {
  Call call = Of("rloo", {1, 0, 1});
  call.group_sizes = {2, 1};
  EXPECT_THAT(MentionsOf(call), ElementsAre("group 1: group 1"));
}

TEST(Mentions, NameGroupsByIndexAndId) {
  Call call = Of("rloo", {1, 0, 1});
  call.group_ids = {70, 70, 9};
  EXPECT_THAT(MentionsOf(call), ElementsAre("group 1 id 9: group 1 (id 9)"));
}

TEST(Mentions, NameTheValueAndItsGroup) {
  Call call = Of("skew_r", {1, 0, 0.25, 1});
  call.group_size = 2;
  EXPECT_THAT(MentionsOf(call), ElementsAre("value 0.25: 0.25", "group 1: group 1"));
}

TEST(Mentions, NameRowsAndTrajectories) {
  Call call = Of("rloo", {1, 0, 1, 0});
  call.group_size = 2;
  call.trajectory_ids = {5, 6, 6, 7};
  call.trajectory_reward = TrajectoryReward::kLast;
  EXPECT_THAT(MentionsOf(call),
              ElementsAre("trajectory 6: trajectory 6", "group 1: group 1", "row 1: row 1",
                          "trajectory 6: trajectory 6", "group 0: group 0"));
}

TEST(Mentions, NameAParametersValue) {
  Call call = Of("pass_at_k_grpo", {1, 0});
  call.method.parameters["k"] = std::int64_t{0};
  call.group_size = 2;
  EXPECT_THAT(MentionsOf(call), ElementsAre("value 0: 0"));
}

TEST(Mentions, AreNumbersWithoutAPlaceWhereTheTextIsCut) {
  const Sentence sentence =
      Compose(NameOfGroup(1, {}), std::string(100, 'x'), NameOfRow(2)).CutTo(50);
  EXPECT_EQ(sentence.text.size(), 50U);
  ASSERT_EQ(sentence.mentions.size(), 2U);
  EXPECT_EQ(sentence.mentions[0].end, 7U);
  EXPECT_EQ(sentence.mentions[1].begin, sentence.mentions[1].end);
  EXPECT_EQ(sentence.mentions[1].number, 2);
}

}  // namespace
}  // namespace advantaged::testing
