// Arrays, bitmaps, groups and options that cannot be used: which field is named, and what is said
// about it.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/core/refusal.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(RefusedBatch, TheRequestThatTheTestsBreakIsValid) { EXPECT_TRUE(Valid().Run().ok()); }

TEST(RefusedBatch, NoRewards) {
  Call call = Valid();
  call.rewards.clear();
  ExpectRefused(call, {{"rewards", "none is"}});
}

TEST(RefusedBatch, BothRewardsAndBits) {
  Call call = Valid();
  call.reward_bits = {0x3F};
  ExpectRefused(call, {{"rewards", "both are"}});
}

TEST(RefusedBatch, ResponseCount) {
  Call call = Valid();
  call.response_count = 6;
  EXPECT_TRUE(call.Run().ok());
  call.response_count = 7;
  ExpectRefused(call, {{"response_count", "7; there are 6 rewards"}});
  Call bits = Valid();
  bits.rewards.clear();
  bits.reward_bits = {0x1A};
  ExpectRefused(bits, {{"response_count", "0"}});
  bits.response_count = 6;
  EXPECT_TRUE(bits.Run().ok());
}

TEST(RefusedBatch, MoreResponsesThanABatchMayHave) {
  Call call;
  call.method = {"reinforce", {}};
  call.group_size = 1;
  call.response_count = kMaxResponses + 1;
  call.reward_bits.assign(kMaxResponses / 8 + 1, 0);
  ExpectRefused(call, {{"response_count", "16777217 responses; at most 16777216"}});
}

TEST(RefusedBatch, BitmapsOfAnotherSize) {
  Call bits = Valid();
  bits.rewards.clear();
  bits.response_count = 6;
  bits.reward_bits = {0x1A, 0};
  ExpectRefused(bits, {{"reward_bits", "2 bytes; a bitmap of 6 responses has 1"}});
  for (const bool valid : {true, false}) {
    Call call = Valid();
    (valid ? call.valid : call.outcomes) = {0x3F, 0, 0};
    ExpectRefused(call, {{valid ? "valid" : "outcomes", "3 bytes"}});
  }
  Call nine = Valid();
  nine.rewards = {0, 1, 0, 1, 1, 0, 0, 0, 1};
  nine.valid = {0xFF};
  ExpectRefused(nine, {{"valid", "1 byte; a bitmap of 9 responses has 2"}});
}

TEST(RefusedBatch, BitmapsWithStrayTailBits) {
  Call bits = Valid();
  bits.rewards.clear();
  bits.response_count = 6;
  bits.reward_bits = {0x40 | 0x1A};
  ExpectRefused(bits, {{"reward_bits[0]", "must be 0"}});
  Call call = Valid();
  call.valid = {0x80 | 0x3F};
  ExpectRefused(call, {{"valid[0]", "191"}});
  call.valid.clear();
  call.outcomes = {0x40};
  ExpectRefused(call, {{"outcomes[0]", "64"}});
  Call eight = Valid();
  eight.rewards.assign(8, 1);
  eight.group_size = 4;
  eight.valid = {0xFF};  // no tail
  EXPECT_TRUE(eight.Run().ok());
}

TEST(RefusedBatch, LengthsOfAnotherNumber) {
  Call call = Valid();
  call.lengths = {1, 2, 3, 4, 5};
  ExpectRefused(call, {{"lengths", "5 lengths for 6 responses"}});
}

TEST(RefusedBatch, OpoWithoutLengths) {
  ExpectRefused(Valid({"opo", {}}), {{"lengths", "opo"}});
  Call zero = Valid({"opo", {}});
  zero.lengths = {1, 0, 2, 0, 0, 0};
  ExpectRefused(zero, {{"lengths[3]", "group 1"}});
}

TEST(RefusedBatch, NoneOrSeveralFormsOfGroups) {
  Call call = Valid();
  call.group_size.reset();
  ExpectRefused(call, {{"group_size", "none is"}});
  call = Valid();
  call.group_sizes = {3, 3};
  ExpectRefused(call, {{"group_size", "more than one"}});
  call = Valid();
  call.group_ids = {1, 1, 1, 2, 2, 2};
  ExpectRefused(call, {{"group_size", "more than one"}});
  call.group_size.reset();
  call.group_sizes = {3, 3};
  ExpectRefused(call, {{"group_size", "more than one"}});
}

TEST(RefusedBatch, GroupSize) {
  Call call = Valid();
  call.group_size = 0;
  ExpectRefused(call, {{"group_size", "0"}});
  call.group_size = 4;
  ExpectRefused(call, {{"group_size", "4 does not divide the 6 responses"}});
  call.group_size = 4294967295U;
  ExpectRefused(call, {{"group_size", "4294967295"}});
}

TEST(RefusedBatch, GroupSizes) {
  Call call = Valid();
  call.group_size.reset();
  call.group_sizes = {3, 2};
  ExpectRefused(call, {{"group_sizes", "sum to 5"}});
  call.group_sizes = {3, 0, 3};
  ExpectRefused(call, {{"group_sizes[1]", "0"}});
  call.group_sizes = {4294967295U, 4294967295U, 8};  // 6 modulo 2^32
  ExpectRefused(call, {{"group_sizes[0]", "4294967295"},
                       {"group_sizes[1]", "4294967295"},
                       {"group_sizes", "sum to 8589934598"}});
}

TEST(RefusedBatch, GroupIds) {
  Call call = Valid();
  call.group_size.reset();
  call.group_ids = {1, 1, 1, 2, 2};
  ExpectRefused(call, {{"group_ids", "5 ids for 6 responses"}});
}

TEST(RefusedBatch, ExpectedGroupSizeNamesEveryGroupOfAnother) {
  Call call = Valid();
  call.expected_group_size = 3;
  EXPECT_TRUE(call.Run().ok());
  call.group_size.reset();
  call.group_sizes = {2, 3, 1};
  call.method = {"reinforce", {}};
  ExpectRefused(call, {{"group_sizes[0]", "group 0"}, {"group_sizes[2]", "group 2"}});
  call.group_sizes.clear();
  call.group_ids = {7, 9, 7, 9, 7, 8};
  ExpectRefused(
      call, {{"group_ids[1]", "group 1 (id 9) has 2"}, {"group_ids[5]", "group 2 (id 8) has 1"}});
  // Declared responses count, masked or not.
  call = Valid();
  call.expected_group_size = 3;
  call.valid = {0x1B};
  EXPECT_TRUE(call.Run().ok());
}

TEST(RefusedBatch, SuccessThreshold) {
  for (const double threshold : {kInfinity, -kInfinity, std::nan("")}) {
    Call call = Valid();
    call.options.success_threshold = threshold;
    ExpectRefused(call, {{"success_threshold", "is not finite"}});
  }
  Call call = Valid();
  call.options.success_threshold = 0.5;
  call.outcomes = {0};
  ExpectRefused(call, {{"success_threshold", "outcomes"}});
  Call bits = Valid();
  bits.rewards.clear();
  bits.reward_bits = {0x1A};
  bits.response_count = 6;
  bits.options.success_threshold = 0.5;
  ExpectRefused(bits, {{"success_threshold", "reward_bits"}});
}

TEST(RefusedBatch, ConstantTolerance) {
  for (const double tolerance : {-1e-9, kInfinity, std::nan("")}) {
    Call call = Valid();
    call.options.constant_tolerance = tolerance;
    ExpectRefused(call, {{"constant_tolerance", "finite"}});
  }
}

TEST(RefusedBatch, PassAt) {
  Call call = Valid();
  call.options.pass_at = {1, 0, 4, 1};
  ExpectRefused(call, {{"pass_at[1]", "0"}, {"pass_at[3]", "1"}});
  call.options.pass_at.clear();
  for (std::uint32_t k = 1; k <= 32; ++k) call.options.pass_at.push_back(k);
  EXPECT_TRUE(call.Run().ok());
  call.options.pass_at.push_back(33);
  ExpectRefused(call, {{"pass_at", "33 values; at most 32"}});
}

TEST(RefusedBatch, OnePairPerGroupWhereAdvantagesTakeMoreValues) {
  Call shaped = Valid({"skew_r", {}});
  shaped.outcomes = {0x15};
  shaped.options.per_group = true;
  EXPECT_TRUE(shaped.Run().ok());
  shaped.options.shape_rewards = true;
  ExpectRefused(shaped, {{"reply_form", "shape_rewards"}});
  Call opo = Valid({"opo", {}});
  opo.lengths = {1, 1, 1, 1, 1, 1};
  opo.options.per_group = true;
  ExpectRefused(opo, {{"reply_form", "opo"}});
  Call real = Valid();
  real.rewards[4] = 0.25F;
  real.options.per_group = true;
  ExpectRefused(real, {{"rewards[4]", "0.25 is neither 0 nor 1"}});
}

TEST(RefusedBatch, EverythingWrongIsToldAtOnce) {
  Call call = Valid({"pass_at_k_grpo", {{"k", Whole(0)}, {"gama", 1.0}}});
  call.response_count = 5;
  call.lengths = {1};
  call.valid = {0xFF};
  call.outcomes = {1, 2};
  call.group_size = 4;
  call.options.success_threshold = kInfinity;
  call.options.constant_tolerance = -1;
  call.options.pass_at = {0};
  ExpectRefused(call, {{"method.pass_at_k_grpo.k", "0"},
                       {"method.pass_at_k_grpo.gama", "unknown parameter"},
                       {"response_count", "5"},
                       {"lengths", "1 length for"},
                       {"valid[0]", "255"},
                       {"outcomes", "2 bytes"},
                       {"group_size", "4"},
                       {"success_threshold", "is not finite"},
                       {"success_threshold", "outcomes"},
                       {"constant_tolerance", "-1"},
                       {"pass_at[0]", "0"}});
}

TEST(RefusedBatch, TheFirstHundredAreListedAndAllAreCounted) {
  for (const std::size_t wrong : {99U, 100U, 101U, 5000U}) {
    Call call;
    call.method = {"reinforce", {}};
    call.rewards.assign(wrong, std::numeric_limits<float>::quiet_NaN());
    call.group_size = 1;
    const Result result = call.Run();
    EXPECT_EQ(result.violations.count(), wrong);
    ASSERT_EQ(result.violations.listed().size(), std::min<std::size_t>(wrong, 100));
    for (std::size_t i = 0; i < result.violations.listed().size(); ++i) {
      EXPECT_EQ(result.violations.listed()[i].field, "rewards[" + std::to_string(i) + "]");
    }
  }
}

TEST(Violations, RenameTouchesWholeFirstPartsOnly) {
  Violations violations;
  for (const char* field :
       {"rewards", "rewards[17]", "rewards_other", "method.rewards", "valid", "group_sizes[2]"}) {
    violations.Add(field, "");
  }
  violations.Rename("rewards", "rewards_float32_le");
  std::vector<std::string> fields;
  for (const Violation& violation : violations.listed()) fields.push_back(violation.field);
  EXPECT_THAT(fields,
              ::testing::ElementsAre("rewards_float32_le", "rewards_float32_le[17]",
                                     "rewards_other", "method.rewards", "valid", "group_sizes[2]"));
}

}  // namespace
}  // namespace advantaged::testing
