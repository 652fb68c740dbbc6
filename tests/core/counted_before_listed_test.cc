// However much is wrong, it is counted at once and listed in little room.

#include <limits>
#include <string>
#include <vector>

#include "tests/core/refusal.h"

namespace advantaged::testing {
namespace {

TEST(Violations, TextsAreComposedOnlyIfTheyAreListed) {
  Violations violations;
  int composed = 0;
  const auto compose = [&] { return ++composed, std::string("x"); };
  for (int i = 0; i < 5000; ++i) violations.Add(compose, compose);
  EXPECT_EQ(violations.count(), 5000U);
  EXPECT_EQ(violations.listed().size(), Violations::kMaxListed);
  EXPECT_EQ(composed, 2 * static_cast<int>(Violations::kMaxListed));
}

TEST(Violations, LongTextsAreCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "ρ̂";
  for (int before = 0; before < 4; ++before) {
    Violations violations;
    violations.Add(std::string(static_cast<std::size_t>(before), 'x') + text, text);
    for (const std::string& kept :
         {violations.listed()[0].field, violations.listed()[0].description}) {
      EXPECT_LE(kept.size(), Violations::kMaxTextBytes);
      EXPECT_GT(kept.size(), Violations::kMaxTextBytes - 8);
      EXPECT_TRUE(kept.ends_with("…"));
    }
  }
}

// What is too many is one mistake, whatever its entries are.

TEST(CountedFirst, PassAt) {
  Call call = Valid();
  call.options.pass_at.assign(1'000'000, 0);
  ExpectRefused(call, {{"pass_at", "1000000 values; at most 32"}});
}

TEST(CountedFirst, Stages) {
  Call call = Valid();
  const Stage bad{.kind = Stage::Kind::kClip, .low = 1, .high = 0};
  call.options.stages.assign(kMaxStages, Stage{.kind = Stage::Kind::kClip, .low = -1, .high = 1});
  EXPECT_TRUE(call.Run().ok());
  call.options.stages.assign(kMaxStages + 1, bad);
  ExpectRefused(call, {{"stages", "33 stages; at most 32"}});
}

TEST(CountedFirst, Moments) {
  Call call = Valid();
  call.options.stages = {{.kind = Stage::Kind::kCenter}};
  call.options.batch_moments.assign(1'000'000, BatchMoments{.weight = -1});
  ExpectRefused(call, {{"batch_moments", "1000000 moments; the stages need 1"}});
}

TEST(CountedFirst, Tables) {
  const std::vector<OutcomeTable> tables(kMaxTableSize + 1);
  ExpectRefused(Valid({"custom_table", {{"tables", tables}}}),
                {{"method.custom_table.tables", "4097 tables; at most 4096"}});
}

TEST(CountedFirst, GroupSizes) {
  Call call = Valid();
  call.group_size.reset();
  call.group_sizes.assign(7, 0);
  ExpectRefused(call, {{"group_sizes", "7 sizes for 6 responses"}});
}

TEST(CountedFirst, ElementsThatAreWrongAreAllCounted) {
  constexpr std::size_t kMany = 100'000;
  Call call = Valid();
  call.rewards.assign(3 * kMany, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(call.Run().violations.count(), 3 * kMany);
  call.rewards.assign(3 * kMany, 0.5F);
  call.group_size.reset();
  call.group_sizes.assign(kMany, 0);
  // And their sum is wrong.
  EXPECT_EQ(call.Run().violations.count(), kMany + 1);
}

}  // namespace
}  // namespace advantaged::testing
