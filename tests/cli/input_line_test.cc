#include "cli/compute/input_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cli/compute/input_rules.h"

namespace advantaged::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

InputLine Parsed(const std::string& text) {
  InputLine line;
  EXPECT_EQ(ParseInputLine(text, line), "") << text;
  return line;
}

std::string ErrorOf(const std::string& text) {
  InputLine line;
  return ParseInputLine(text, line);
}

TEST(InputLine, ReadsAllFields) {
  const InputLine line =
      Parsed(R"( {"group": "a\u00e9", "rewards": [1, -2.5, null], "outcomes": [1, false, 0],
                "valid": [true, 1, false], "lengths": [0, 4294967295, 7]} )");
  EXPECT_EQ(line.group, "aé");
  EXPECT_EQ(line.rewards[0], 1.0F);
  EXPECT_EQ(line.rewards[1], -2.5F);
  EXPECT_TRUE(std::isnan(line.rewards[2]));
  EXPECT_THAT(*line.outcomes, ElementsAre(1, 0, 0));
  EXPECT_THAT(*line.valid, ElementsAre(1, 1, 0));
  EXPECT_THAT(*line.lengths, ElementsAre(0, 4294967295U, 7));
}

TEST(InputLine, TrueAndFalseAreRewards) {
  const InputLine line = Parsed(R"({"rewards":[true,false,0.5,true]})");
  EXPECT_THAT(line.rewards, ElementsAre(1.0F, 0.0F, 0.5F, 1.0F));
}

TEST(InputLine, AbsentFieldsStayUnset) {
  const InputLine line = Parsed(R"({"rewards":[0]})");
  EXPECT_FALSE(line.outcomes || line.valid || line.lengths || line.group);
}

TEST(InputLine, NullNeedsItsMaskWhateverTheOrderOfKeys) {
  Parsed(R"({"valid":[false],"rewards":[null]})");
  EXPECT_THAT(ErrorOf(R"({"rewards":[1,null],"valid":[false,true]})"),
              StartsWith("rewards[1] (null): only a response that \"valid\" masks"));
}

TEST(InputLine, RoundsRewardsOnce) {
  // 1 + 2^-24 + 2^-60: as a double it is the midpoint of two floats and would go to the even one.
  const InputLine line = Parsed(R"({"rewards":[1.000000059604644775390625867, 16777217]})");
  EXPECT_EQ(line.rewards[0], std::nextafter(1.0F, 2.0F));
  EXPECT_EQ(line.rewards[1], 16777216.0F);
}

TEST(InputLine, RewardsBeyondFloat32BecomeInfinite) {
  const InputLine line = Parsed(R"({"rewards":[1e39, -1e39, 1e-50, -0.0]})");
  EXPECT_EQ(line.rewards[0], std::numeric_limits<float>::infinity());
  EXPECT_EQ(line.rewards[1], -std::numeric_limits<float>::infinity());
  EXPECT_EQ(line.rewards[2], 0.0F);
  EXPECT_TRUE(std::signbit(line.rewards[3]));
}

struct Bad {
  const char* text;
  const char* error;
};

class BadLine : public ::testing::TestWithParam<Bad> {};

TEST_P(BadLine, IsRefusedByFieldAndValue) {
  EXPECT_THAT(ErrorOf(GetParam().text), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    InputLine, BadLine,
    ::testing::Values(
        Bad{R"({})", "rewards: missing"}, Bad{R"({"rewards":[]})", "rewards ([]): empty"},
        Bad{R"({"rewards":3})", "rewards (3): must be a list, each entry a number"},
        Bad{R"({"rewards":[1,"x"]})", "rewards[1] (\"x\"): must be a number"},
        Bad{R"({"rewards":["true"]})", "rewards[0] (\"true\"): must be a number, true or false"},
        Bad{R"({"rewards":true})", "rewards (true): must be a list, each entry a number"},
        Bad{R"({"rewards":[[1]]})", "rewards[0] ([…]): must be a number"},
        Bad{R"({"rewards":[{}]})", "rewards[0] ({…}): must be a number"},
        Bad{R"({"rewards":[1,NaN]})", "rewards[1] (NaN): not JSON"},
        Bad{R"({"rewards":[Infinity]})", "rewards[0] (Infinity): not JSON"},
        Bad{R"({"rewards":[1, -Infinity]})", "rewards[1] (-Infinity): not JSON"},
        Bad{R"({"rewards":[1e999]})", "rewards[0] (1e999): beyond float64"},
        Bad{R"({"rewards":[1])", "not JSON: column 15: syntax error"},
        Bad{R"({"rewards":[1]} {)", "not JSON"}, Bad{"\xff", "not JSON"},
        Bad{R"([1,0])", "[…] is not an object"}, Bad{"1", "1 is not an object"},
        Bad{"null", "null is not an object"},
        Bad{R"({"rewards":[1],"rewards":[0]})", "rewards: given twice"},
        Bad{R"({"reward":[1]})", "unknown key \"reward\""},
        Bad{R"({"reward":[1]})", "did you mean \"rewards\"?"},
        Bad{R"({"rewards":[1],"outcomes":[2]})", "outcomes[0] (2): must be 0 or 1"},
        Bad{R"({"rewards":[1],"outcomes":[0.5]})", "outcomes[0] (0.5): must be 0 or 1"},
        Bad{R"({"rewards":[1],"outcomes":[null]})", "outcomes[0] (null): must be 0 or 1"},
        Bad{R"({"rewards":[1],"outcomes":[]})", "outcomes: 0 entries for 1 reward"},
        Bad{R"({"rewards":[1],"valid":["yes"]})", "valid[0] (\"yes\"): must be true or false"},
        Bad{R"({"rewards":[1,1],"valid":[true]})", "valid: 1 entry for 2 rewards"},
        Bad{R"({"rewards":[1],"valid":true})", "valid (true): must be a list"},
        Bad{R"({"rewards":[1],"lengths":[-1]})", "lengths[0] (-1): must be a whole number"},
        Bad{R"({"rewards":[1],"lengths":[1.5]})", "lengths[0] (1.5): must be a whole number"},
        Bad{R"({"rewards":[1],"lengths":[4294967296]})", "lengths[0] (4294967296)"},
        Bad{R"({"rewards":[1],"lengths":[true]})", "lengths[0] (true): must be a whole number"},
        Bad{R"({"rewards":[1],"group":7})", "group (7): must be a string"},
        Bad{R"({"rewards":[1],"group":["a"]})", "group ([…]): must be a string"}));

TEST(InputRules, AGroupIsOnOneLine) {
  InputRules rules;
  const InputLine a = Parsed(R"({"rewards":[1],"group":"a"})");
  EXPECT_EQ(rules.Check({.line = 1}, a), "");
  EXPECT_EQ(rules.Check({.line = 2}, Parsed(R"({"rewards":[1]})")), "");
  EXPECT_EQ(rules.Check({.line = 3}, Parsed(R"({"rewards":[1]})")), "");
  EXPECT_THAT(rules.Check({.line = 4}, a),
              StartsWith("group (\"a\"): the same group as on line 1"));
}

TEST(InputRules, OutcomesAndLengthsAreOnEveryLineOrNone) {
  const InputLine plain = Parsed(R"({"rewards":[1]})");
  const InputLine lengths = Parsed(R"({"rewards":[1],"lengths":[1]})");
  const InputLine valid = Parsed(R"({"rewards":[1],"valid":[true]})");
  InputRules without;
  EXPECT_EQ(without.Check({.line = 2}, plain), "");
  EXPECT_EQ(without.Check({.line = 3}, valid), "");
  EXPECT_THAT(without.Check({.line = 5}, lengths),
              StartsWith("lengths: given, but line 2 has none"));
  InputRules with;
  EXPECT_EQ(with.Check({.line = 1}, lengths), "");
  EXPECT_THAT(with.Check({.line = 2}, plain), StartsWith("lengths: missing, but line 1 has it"));
}

}  // namespace
}  // namespace advantaged::cli
