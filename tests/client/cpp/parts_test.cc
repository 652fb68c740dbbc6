// Cutting a batch between groups, and what refusals of a part say.
#include "client/cpp/parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "advantaged/client/error.h"
#include "client/cpp/field_paths.h"
#include "client/cpp/grpc_status.h"
#include "tests/client/cpp/sample.h"

namespace advantaged::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr CallLimits kNoLimits{1U << 30, 1U << 30};

class CutEvery : public testing::TestWithParam<Sample::Groups> {};

TEST_P(CutEvery, GroupIsInOnePartAndEveryRowOnce) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Sample sample = Sample::Draw(seed, 100, GetParam(), false);
    const Batch batch = sample.view();
    const CallLimits limits{.bytes = 400 + 37 * seed, .rows = seed % 2 == 0 ? 1000U : 20U};
    const auto parts = Cut(batch, {}, 10, limits);
    ASSERT_TRUE(parts.ok()) << parts.status();
    EXPECT_GT(parts->size(), 1U);
    std::vector<int> seen(batch.rewards.size());
    std::map<std::uint32_t, std::size_t> part_of_id;
    std::size_t groups = 0;
    for (std::size_t p = 0; p < parts->size(); ++p) {
      const Part& part = (*parts)[p];
      EXPECT_EQ(part.first_group, groups);
      groups += part.groups;
      EXPECT_LE(part.row_count, limits.rows);
      EXPECT_LE(10 + MostArrayBytes(batch, {}, part.row_count, part.groups), limits.bytes);
      for (std::size_t i = 0; i < part.row_count; ++i) {
        ++seen[part.RowOf(i)];
        if (i > 0) {
          EXPECT_LT(part.RowOf(i - 1), part.RowOf(i));
        }
        if (batch.group_ids.empty()) continue;
        const auto [found, is_new] = part_of_id.try_emplace(batch.group_ids[part.RowOf(i)], p);
        EXPECT_EQ(found->second, p);
      }
    }
    EXPECT_EQ(groups, 100U);
    EXPECT_THAT(seen, testing::Each(1));
  }
}

INSTANTIATE_TEST_SUITE_P(Groups, CutEvery,
                         testing::Values(Sample::Groups::kSize, Sample::Groups::kSizes,
                                         Sample::Groups::kIds));

TEST(Cut, SaysWhichGroupAloneIsTooLarge) {
  const std::vector<float> rewards(110);
  const std::uint32_t sizes[] = {10, 100};
  const auto status = Cut({.rewards = rewards, .group_sizes = sizes}, {}, 0, {400, 1000}).status();
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_THAT(Message(status), HasSubstr("group 1 alone is too large for the server: 100 rows"));
}

TEST(Cut, RefusesGroupsThatAreNotOfTheBatch) {
  const std::vector<float> rewards(4);
  const std::uint32_t three[] = {1, 1, 1};
  const auto field = [&](const Batch& batch) {
    const auto violations = Violations(Cut(batch, {}, 0, kNoLimits).status());
    return violations.empty() ? "" : violations.front().field;
  };
  EXPECT_EQ(field({.rewards = rewards}), "group_size");
  EXPECT_EQ(field({.rewards = rewards, .group_size = 3}), "group_size");
  EXPECT_EQ(field({.rewards = rewards, .group_size = 0}), "group_size");
  EXPECT_EQ(field({.rewards = rewards, .group_size = 2, .group_ids = three}), "group_size");
  EXPECT_EQ(field({.rewards = rewards, .group_sizes = three}), "group_sizes");
  EXPECT_EQ(field({.rewards = rewards, .group_ids = three}), "group_ids");
  EXPECT_EQ(field({.rewards = rewards, .group_size = 2, .lengths = three}), "lengths");
  EXPECT_EQ(field({.rewards = rewards, .group_size = 2, .trajectory_ids = three}),
            "trajectory_ids");
  const std::uint8_t two_bytes[] = {1, 1};
  EXPECT_EQ(field({.rewards = rewards, .group_size = 2, .valid = Mask::Bitmap(two_bytes)}),
            "valid");
  EXPECT_EQ(field({.rewards = rewards, .group_size = 2}), "");
}

std::vector<std::string> Renamed(const std::string& field, const std::string& text,
                                 const Part& part) {
  const absl::Status status = InWordsOfBatch(InvalidArgument({{field, text}}), part);
  const Violation violation = Violations(status).front();
  EXPECT_EQ(Message(status), violation.field + ": " + violation.description);
  return {violation.field, violation.description};
}

TEST(InWordsOfBatch, NamesWhatTheCallerGave) {
  const Part whole{.row_count = 100};
  EXPECT_THAT(Renamed("reward_bits[3]", "1, but row 2 of trajectory 7 has 0", whole),
              ElementsAre("rewards[3]", "1, but row 2 of trajectory 7 has 0"));
  EXPECT_THAT(Renamed("rewards_float32_le[17]", "nan", whole), ElementsAre("rewards[17]", "nan"));
  EXPECT_THAT(Renamed("group_ids_fixed32_le", "3 ids", whole), ElementsAre("group_ids", "3 ids"));
  EXPECT_THAT(Renamed("response_count", "0", whole), ElementsAre("rewards", "0"));
  EXPECT_THAT(Renamed("method.pass_at_k_grpo.k", "9 is above 8", whole),
              ElementsAre("method.pass_at_k_grpo.k", "9 is above 8"));
  EXPECT_THAT(Renamed("", "and 7 more", whole), ElementsAre("", "and 7 more"));
}

TEST(InWordsOfBatch, CountsInTheWholeBatch) {
  const Part contiguous{.first_group = 10, .groups = 5, .first_row = 80, .row_count = 40};
  EXPECT_THAT(Renamed("rewards[3]", "nan", contiguous), ElementsAre("rewards[83]", "nan"));
  EXPECT_THAT(Renamed("group_sizes[2]", "group 2 has 1 response", contiguous),
              ElementsAre("group_sizes[12]", "group 12 has 1 response"));
  EXPECT_THAT(Renamed("stages[1].scale", "subgroup 3, group of 4", contiguous),
              ElementsAre("stages[1].scale", "subgroup 3, group of 4"));
  const Part by_ids{.first_group = 2, .groups = 1, .row_count = 3, .rows = {5, 7, 20}};
  EXPECT_THAT(Renamed("trajectory_ids[2]", "4 in group 0 (id 9), but row 1 …", by_ids),
              ElementsAre("trajectory_ids[20]", "4 in group 2 (id 9), but row 7 …"));
}

TEST(InWordsOfBatch, LeavesOtherStatusesAlone) {
  EXPECT_EQ(InWordsOfBatch(absl::UnavailableError("group 3"), {.first_group = 4}),
            absl::UnavailableError("group 3"));
}

}  // namespace
}  // namespace advantaged::client
