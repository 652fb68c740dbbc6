// Several rows that are one response: multi-row agent batches in any order give, bit for bit, what
// the folded batch gives without trajectories.

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

using Reward = TrajectoryReward;

// One response, and the rows it is sent as.
struct Response {
  std::uint32_t group;
  float reward;
  int outcome;
  std::uint32_t length;
};

// Rows in any order: responses of 1 to 4 rows, some rows masked, some responses masked altogether.
// `folded` is the same batch with one row for each response, in order of first appearance.
struct AgentBatch {
  Call rows;
  Call folded;
  std::vector<std::size_t> response_of;  // of each row, in `folded`
  std::vector<bool> row_valid;

  AgentBatch(Reward kind, bool binary, bool contiguous, unsigned seed) : random_(seed) {
    MakeRows(kind, binary);
    std::ranges::shuffle(order_, random_);
    if (contiguous) {
      std::ranges::stable_sort(order_, {}, [&](std::size_t row) { return group_of_row_[row]; });
    }
    Send(contiguous);
    Fold(kind, contiguous);
  }

  // Both calls with this method.
  void Use(const MethodSpec& spec) {
    for (Call* call : {&rows, &folded}) {
      call->method = spec;
      if (spec.name == "custom_table") {
        std::vector<OutcomeTable> tables;
        for (std::uint32_t n = 1; n <= 12; ++n) tables.push_back(SomeTables(n)[0]);
        call->method.parameters["tables"] = tables;
      }
    }
  }

 private:
  void AddRow(std::uint32_t id, std::uint32_t group, float reward, bool valid) {
    order_.push_back(order_.size());
    id_.push_back(id);
    group_of_row_.push_back(group);
    reward_.push_back(reward);
    outcome_.push_back(static_cast<int>(id % 3 == 0));
    length_.push_back(static_cast<std::uint32_t>(random_() % 50));
    valid_.push_back(valid);
  }

  void MakeRows(Reward kind, bool binary) {
    for (std::uint32_t response = 0; response < 8 * 12; ++response) {
      const std::uint32_t id = response * 2654435761U;  // spread over 32 bits
      const auto bit = static_cast<float>(random_() % 2);
      const float reward = binary ? bit : bit + static_cast<float>(random_() % 1000) * 0x1p-9F;
      const bool all_masked = response % 12 < 2;
      const auto count = static_cast<std::uint32_t>(1 + random_() % 4);
      const auto whole = static_cast<std::uint32_t>(random_() % count);  // this row is valid
      for (std::uint32_t row = 0; row < count; ++row) {
        const bool valid = !all_masked && (row == whole || random_() % 4 != 0);
        float sent = reward;
        if (kind == Reward::kSum && binary && row != whole) sent = 0;
        if (kind != Reward::kEqualOrError && !binary) {
          sent += static_cast<float>(random_() % 7) * 0x1p-20F;
        }
        if (!valid) sent = std::numeric_limits<float>::quiet_NaN();
        AddRow(id, response / 12, sent, valid);
      }
    }
  }

  void Send(bool contiguous) {
    std::vector<int> outcomes;
    std::vector<int> valid;
    for (const std::size_t row : order_) {
      rows.rewards.push_back(reward_[row]);
      rows.trajectory_ids.push_back(id_[row]);
      rows.lengths.push_back(length_[row]);
      outcomes.push_back(outcome_[row]);
      valid.push_back(valid_[row] ? 1 : 0);
      row_valid.push_back(valid_[row]);
      const std::uint32_t group = group_of_row_[row];
      if (!contiguous) {
        rows.group_ids.push_back(group * 77 + 5);
      } else {
        rows.group_sizes.resize(std::max<std::size_t>(rows.group_sizes.size(), group + 1));
        ++rows.group_sizes[group];
      }
    }
    rows.outcomes = Bitmap(outcomes);
    rows.valid = Bitmap(valid);
  }

  // By the definition, response by response.
  void Fold(Reward kind, bool contiguous) {
    rows.trajectory_reward = kind;
    std::vector<std::uint32_t> ids;
    std::vector<int> outcomes;
    std::vector<int> valid;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const auto at = std::ranges::find(ids, rows.trajectory_ids[i]);
      response_of.push_back(static_cast<std::size_t>(at - ids.begin()));
      if (at == ids.end()) ids.push_back(rows.trajectory_ids[i]);
    }
    for (std::size_t response = 0; response < ids.size(); ++response) {
      double sum = 0;
      float last = std::numeric_limits<float>::quiet_NaN();
      std::uint32_t length = 0;
      for (std::size_t i = 0; i < order_.size(); ++i) {
        if (response_of[i] != response || !row_valid[i]) continue;
        last = rows.rewards[i];
        sum += static_cast<double>(last);
        length += rows.lengths[i];
      }
      const auto first =
          static_cast<std::size_t>(std::ranges::find(response_of, response) - response_of.begin());
      folded.rewards.push_back(kind == Reward::kSum ? static_cast<float>(sum) : last);
      folded.lengths.push_back(length);
      outcomes.push_back(outcome_[order_[first]]);
      valid.push_back(std::isnan(last) ? 0 : 1);
      if (!contiguous) folded.group_ids.push_back(rows.group_ids[first]);
    }
    if (contiguous) folded.group_size = 12;
    folded.outcomes = Bitmap(outcomes);
    folded.valid = Bitmap(valid);
  }

  std::mt19937 random_;
  std::vector<std::size_t> order_;  // of the rows below
  std::vector<std::uint32_t> id_, group_of_row_, length_;
  std::vector<float> reward_;
  std::vector<int> outcome_;
  std::vector<bool> valid_;
};

void ExpectSameStatistics(const Result& a, const Result& b) {
  const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  ASSERT_EQ(a.groups.size(), b.groups.size());
  for (std::size_t g = 0; g < a.groups.size(); ++g) {
    EXPECT_EQ(a.groups[g].id, b.groups[g].id);
    EXPECT_EQ(a.groups[g].n, b.groups[g].n);
    EXPECT_EQ(a.groups[g].c, b.groups[g].c);
    EXPECT_EQ(a.groups[g].outcome, b.groups[g].outcome);
    EXPECT_TRUE(same(a.groups[g].mean, b.groups[g].mean));
    EXPECT_TRUE(same(a.groups[g].sd, b.groups[g].sd));
  }
  EXPECT_EQ(a.summary.responses, b.summary.responses);
  EXPECT_EQ(a.summary.masked_responses, b.summary.masked_responses);
  EXPECT_EQ(a.summary.positive_weight, b.summary.positive_weight);
  ASSERT_EQ(a.pass_at_k.size(), b.pass_at_k.size());
  for (std::size_t i = 0; i < a.pass_at_k.size(); ++i) {
    EXPECT_TRUE(same(a.pass_at_k[i], b.pass_at_k[i]));
  }
}

void ExpectFolds(const AgentBatch& batch) {
  SCOPED_TRACE(Describe(batch.rows.method));
  const Result rows = batch.rows.Run();
  const Result folded = batch.folded.Run();
  ASSERT_TRUE(rows.ok()) << Describe(rows);
  ASSERT_TRUE(folded.ok()) << Describe(folded);
  if (batch.rows.options.per_group) {
    EXPECT_EQ(BitsOf(rows.advantages), BitsOf(folded.advantages));
  } else {
    Floats expected;
    for (std::size_t i = 0; i < batch.response_of.size(); ++i) {
      expected.push_back(batch.row_valid[i] ? folded.advantages[batch.response_of[i]] : 0);
    }
    EXPECT_EQ(BitsOf(rows.advantages), BitsOf(expected));
  }
  ExpectSameStatistics(rows, folded);
}

// Every way to send a batch, with every method that groups of ten valid responses allow.
template <typename Each>
void ForEveryBatch(Each each) {
  unsigned seed = 0;
  for (const Reward kind : {Reward::kEqualOrError, Reward::kLast, Reward::kSum}) {
    for (const bool binary : {true, false}) {
      for (const bool contiguous : {true, false}) {
        AgentBatch batch(kind, binary, contiguous, ++seed);
        SCOPED_TRACE(::testing::Message() << "reward " << static_cast<int>(kind) << ", binary "
                                          << binary << ", contiguous " << contiguous);
        for (const MethodSpec& spec : EverySpec(4)) {
          batch.Use(spec);
          each(batch, spec, binary);
        }
      }
    }
  }
}

TEST(Trajectories, GiveTheFoldedBatchForEveryMethod) {
  ForEveryBatch([](AgentBatch& batch, const MethodSpec&, bool) {
    batch.rows.options.pass_at = batch.folded.options.pass_at = {1, 4};
    ExpectFolds(batch);
  });
}

TEST(Trajectories, GiveTheFoldedBatchWithShapedRewards) {
  ForEveryBatch([](AgentBatch& batch, const MethodSpec& spec, bool) {
    const bool shape = ShapesRewards(spec);
    batch.rows.options.shape_rewards = batch.folded.options.shape_rewards = shape;
    if (shape) ExpectFolds(batch);
  });
}

TEST(Trajectories, GiveTheFoldedBatchWithAThreshold) {
  ForEveryBatch([](AgentBatch& batch, const MethodSpec&, bool) {
    for (Call* call : {&batch.rows, &batch.folded}) {
      call->outcomes.clear();
      call->options.success_threshold = 0.5;
    }
    ExpectFolds(batch);
  });
}

TEST(Trajectories, GiveTheFoldedBatchWithOnePairPerGroup) {
  ForEveryBatch([](AgentBatch& batch, const MethodSpec& spec, bool binary) {
    const bool two_valued = spec.name != "opo" && (binary || !WorksOnRewards(spec));
    batch.rows.options.per_group = batch.folded.options.per_group = two_valued;
    if (two_valued) ExpectFolds(batch);
  });
}

TEST(Trajectories, GiveTheFoldedBatchWithStages) {
  ForEveryBatch([](AgentBatch& batch, const MethodSpec&, bool) {
    for (Call* call : {&batch.rows, &batch.folded}) {
      call->options.allow_recentering = true;
      call->options.stages = {
          {.kind = Stage::Kind::kCenter, .weighting = Stage::Weighting::kTokens},
          {.kind = Stage::Kind::kScale, .spread = Stage::Spread::kRewards, .epsilon = 1e-6},
          {.kind = Stage::Kind::kClip, .low = -1, .high = 1},
          {.kind = Stage::Kind::kScale, .ddof = 1}};
    }
    ExpectFolds(batch);
    const std::vector<BatchMoments> rows = batch.rows.Run().batch_moments;
    const std::vector<BatchMoments> folded = batch.folded.Run().batch_moments;
    ASSERT_EQ(rows.size(), folded.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].weight, folded[i].weight);
      EXPECT_EQ(rows[i].mean, folded[i].mean);
      EXPECT_EQ(rows[i].centred_squares, folded[i].centred_squares);
    }
  });
}

// One row for each response, and the ids say nothing new.
TEST(Trajectories, OfOneRowEachChangeNothing) {
  for (const bool binary : {true, false}) {
    AgentBatch batch(Reward::kLast, binary, true, 3);
    for (const MethodSpec& spec : EverySpec(4)) {
      batch.Use(spec);
      Call call = batch.folded;
      call.trajectory_ids.resize(call.rewards.size());
      std::iota(call.trajectory_ids.rbegin(), call.trajectory_ids.rend(), 7U);
      EXPECT_EQ(BitsOf(AdvantagesOf(call)), BitsOf(AdvantagesOf(batch.folded))) << Describe(spec);
    }
  }
}

Call Rows(const Floats& rewards, const Uints& ids, Reward kind) {
  Call call = OneGroup({"reinforce", {}}, rewards);
  call.trajectory_ids = ids;
  call.trajectory_reward = kind;
  return call;
}

TEST(Trajectories, SumIsRoundedOnce) {
  // In float32 every step would lose the 1.
  Call call = Rows({0x1p24F, 1, 1, 5}, {9, 9, 9, 4}, Reward::kSum);
  EXPECT_THAT(AdvantagesOf(call), ::testing::ElementsAre(0x1p24F + 2, 0x1p24F + 2, 0x1p24F + 2, 5));
  // 2⁻⁵³ falls below the sum in double.
  call.rewards = {1, 0x1p-53F, -1, 5};
  EXPECT_THAT(AdvantagesOf(call), ::testing::ElementsAre(0, 0, 0, 5));
  call.rewards = {1, -1, 0x1p-53F, 5};
  EXPECT_THAT(AdvantagesOf(call), ::testing::ElementsAre(0x1p-53F, 0x1p-53F, 0x1p-53F, 5));
  // On the way it may pass float32.
  call.rewards = {0x1.8p127F, 0x1.8p127F, -0x1.8p127F, 5};
  EXPECT_THAT(AdvantagesOf(call), ::testing::ElementsAre(0x1.8p127F, 0x1.8p127F, 0x1.8p127F, 5));
}

TEST(Trajectories, LastIsInTheOrderOfTheRequest) {
  const Call call = Rows({1, 2, 3, 4, 5}, {8, 6, 8, 6, 8}, Reward::kLast);
  EXPECT_THAT(AdvantagesOf(call), ::testing::ElementsAre(5, 4, 5, 4, 5));
}

TEST(Trajectories, LastSaysTheOutcomeToo) {
  Call call = Rows({0.25, 0.5, 0.75, 0.5}, {1, 1, 2, 2}, Reward::kLast);
  call.outcomes = Bitmap(std::vector<int>{0, 1, 1, 0});
  const Result result = call.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  EXPECT_EQ(result.groups[0].c, 1U);
}

TEST(Trajectories, MaskedRowsHaveNoPart) {
  Call call = Rows({NAN, 2, 9, 4, NAN}, {1, 1, 1, 2, 3}, Reward::kLast);
  call.valid = Bitmap(std::vector<int>{0, 1, 0, 1, 0});
  call.options.stages = {{.kind = Stage::Kind::kCenter}};
  const Result result = call.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  EXPECT_THAT(result.advantages, ::testing::ElementsAre(0, -1, 0, 1, 0));
  EXPECT_EQ(result.summary.responses, 2U);
  EXPECT_EQ(result.summary.masked_responses, 1U);
}

TEST(Trajectories, BitmapsOfRewards) {
  Call call = Rows({}, {1, 2, 1, 2, 3}, Reward::kLast);
  call.method = {"rloo", {}};
  call.response_count = 5;
  call.group_size = 5;
  call.reward_bits = Bitmap(std::vector<int>{1, 1, 0, 1, 0});
  EXPECT_THAT(AdvantagesOf(call), ::testing::ElementsAre(-0.5, 1, -0.5, 1, -0.5));
}

TEST(Trajectories, ExpectedGroupSizeCountsResponses) {
  Call call = Rows({1, 1, 0, 1, 0, 0}, {1, 1, 2, 3, 4, 4}, Reward::kEqualOrError);
  call.group_size = 3;
  call.expected_group_size = 2;
  EXPECT_TRUE(call.Run().ok());
}

}  // namespace
}  // namespace advantaged::testing
