// The same group gives the same float32 bits however it is sent: payload form, group form, order of
// groups, masked responses in between, outcomes said twice, one pair per group.

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

// Seven groups of ragged sizes in a row: binary, or with a real reward here and there.
struct Ragged {
  Uints sizes = {4, 9, 17, 5, 32, 4, 64};
  Floats rewards;
  Uints lengths;

  explicit Ragged(bool binary) {
    std::mt19937 random(4);
    const std::size_t responses = std::accumulate(sizes.begin(), sizes.end(), 0U);
    for (std::size_t i = 0; i < responses; ++i) {
      const auto bit = static_cast<float>(random() % 2);
      rewards.push_back(binary ? bit : bit + static_cast<float>(random() % 1000) * 1e-3F);
      lengths.push_back(static_cast<std::uint32_t>(random() % 100 + 1));
    }
  }

  Call Sized(const MethodSpec& spec) const {
    Call call;
    call.method = spec;
    call.rewards = rewards;
    call.group_sizes = sizes;
    if (FindMethod(spec.name)->needs_lengths) call.lengths = lengths;
    if (spec.name == "custom_table") {
      std::vector<OutcomeTable> tables;
      for (const std::uint32_t n : {4U, 5U, 9U, 17U, 32U, 64U}) tables.push_back(SomeTables(n)[0]);
      call.method.parameters["tables"] = tables;
    }
    return call;
  }

  // The group of each response.
  std::vector<std::uint32_t> GroupOf() const {
    std::vector<std::uint32_t> group;
    for (std::uint32_t g = 0; g < sizes.size(); ++g) group.insert(group.end(), sizes[g], g);
    return group;
  }
};

// Specs that groups of 4 allow.
std::vector<MethodSpec> Specs() { return EverySpec(4); }

void ExpectSameBits(const Floats& a, const Floats& b, const MethodSpec& spec) {
  EXPECT_EQ(BitsOf(a), BitsOf(b)) << Describe(spec);
}

TEST(BitIdentity, BitmapAndFloats) {
  const Ragged batch(true);
  for (const MethodSpec& spec : Specs()) {
    const Call floats = batch.Sized(spec);
    Call bits = floats;
    bits.reward_bits = Bitmap(floats.rewards);
    bits.response_count = floats.rewards.size();
    bits.rewards.clear();
    ExpectSameBits(AdvantagesOf(bits), AdvantagesOf(floats), spec);
  }
}

TEST(BitIdentity, SizesAndOneSize) {
  const Ragged batch(false);
  for (const MethodSpec& spec : Specs()) {
    if (!WorksOnRewards(spec)) continue;
    Call sized = batch.Sized(spec);
    sized.rewards.resize(132);
    if (!sized.lengths.empty()) sized.lengths.resize(132);
    sized.group_sizes.assign(33, 4);
    Call one_size = sized;
    one_size.group_sizes.clear();
    one_size.group_size = 4;
    ExpectSameBits(AdvantagesOf(one_size), AdvantagesOf(sized), spec);
  }
}

TEST(BitIdentity, SizesAndIdsInShuffledOrder) {
  for (const bool binary : {true, false}) {
    const Ragged batch(binary);
    std::mt19937 random(9);
    for (const MethodSpec& spec : Specs()) {
      if (!binary && !WorksOnRewards(spec)) continue;
      const Call sized = batch.Sized(spec);
      const Floats expected = AdvantagesOf(sized);
      // Groups in any order, members in theirs: a merge of the groups.
      std::vector<std::uint32_t> turn = batch.GroupOf();
      std::shuffle(turn.begin(), turn.end(), random);
      std::vector<std::size_t> next(batch.sizes.size());
      std::exclusive_scan(batch.sizes.begin(), batch.sizes.end(), next.begin(), std::size_t{0});
      Call gathered = sized;
      gathered.group_sizes.clear();
      gathered.rewards.clear();
      gathered.lengths.clear();
      Floats expected_there;
      for (const std::uint32_t g : turn) {
        const std::size_t from = next[g]++;
        gathered.group_ids.push_back(g * 1000003U + 17U);
        gathered.rewards.push_back(sized.rewards[from]);
        if (!sized.lengths.empty()) gathered.lengths.push_back(sized.lengths[from]);
        expected_there.push_back(expected[from]);
      }
      ExpectSameBits(AdvantagesOf(gathered), expected_there, spec);
    }
  }
}

TEST(BitIdentity, IdsKeepTheOrderOfFirstAppearance) {
  Call call;
  call.method = {"reinforce", {}};
  call.rewards = {1, 0, 1, 0, 1};
  call.group_ids = {4294967295U, 3, 4294967295U, 0, 3};
  const Result result = call.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  ASSERT_EQ(result.groups.size(), 3U);
  EXPECT_EQ(result.groups[0].id, 4294967295U);
  EXPECT_EQ(result.groups[1].id, 3U);
  EXPECT_EQ(result.groups[2].id, 0U);
  EXPECT_EQ(result.groups[0].c, 2U);
  EXPECT_EQ(result.groups[1].n, 2U);
}

TEST(BitIdentity, OrderOfGroups) {
  const Ragged batch(true);
  for (const MethodSpec& spec : Specs()) {
    if (FindMethod(spec.name)->needs_lengths) continue;
    Call call = batch.Sized(spec);
    Floats forward = AdvantagesOf(call);
    std::ranges::reverse(call.rewards);
    std::ranges::reverse(call.group_sizes);
    Floats backward = AdvantagesOf(call);
    std::ranges::reverse(backward);
    ExpectSameBits(backward, forward, spec);
  }
}

TEST(BitIdentity, MaskedResponsesAnywhere) {
  for (const bool binary : {true, false}) {
    const Ragged batch(binary);
    std::mt19937 random(31);
    for (const MethodSpec& spec : Specs()) {
      if (!binary && !WorksOnRewards(spec)) continue;
      const Call call = batch.Sized(spec);
      const Floats expected = AdvantagesOf(call);
      Call masked = call;
      masked.group_sizes.assign(call.group_sizes.size(), 0);
      masked.rewards.clear();
      masked.lengths.clear();
      std::vector<int> valid;
      Floats expected_there;
      const std::vector<std::uint32_t> group_of = batch.GroupOf();
      for (std::size_t i = 0; i < group_of.size(); ++i) {
        const auto add = [&](float reward, int is_valid, float advantage) {
          masked.rewards.push_back(reward);
          if (!call.lengths.empty()) {
            masked.lengths.push_back(is_valid != 0 ? call.lengths[i] : 999);
          }
          valid.push_back(is_valid);
          expected_there.push_back(advantage);
          ++masked.group_sizes[group_of[i]];
        };
        while (random() % 3 == 0) add(std::numeric_limits<float>::quiet_NaN(), 0, 0);
        add(call.rewards[i], 1, expected[i]);
      }
      masked.valid = Bitmap(valid);
      ExpectSameBits(AdvantagesOf(masked), expected_there, spec);
    }
  }
}

TEST(BitIdentity, AMaskOfOnesIsNoMask) {
  const Ragged batch(true);
  for (const MethodSpec& spec : Specs()) {
    Call call = batch.Sized(spec);
    const Floats expected = AdvantagesOf(call);
    call.valid = Bitmap(std::vector<int>(call.rewards.size(), 1));
    ExpectSameBits(AdvantagesOf(call), expected, spec);
  }
}

TEST(BitIdentity, OutcomesThatSayWhatTheRewardsSay) {
  const Ragged batch(true);
  for (const MethodSpec& spec : Specs()) {
    Call call = batch.Sized(spec);
    const Floats expected = AdvantagesOf(call);
    call.outcomes = Bitmap(call.rewards);
    ExpectSameBits(AdvantagesOf(call), expected, spec);
    call.outcomes.clear();
    call.options.success_threshold = 0.5;
    ExpectSameBits(AdvantagesOf(call), expected, spec);
  }
}

TEST(BitIdentity, AThresholdAndTheOutcomesItMeans) {
  const Ragged batch(false);
  std::vector<int> outcomes;
  for (const float r : batch.rewards) outcomes.push_back(r >= 1 ? 1 : 0);
  for (const MethodSpec& spec : Specs()) {
    Call threshold = batch.Sized(spec);
    Call sent = threshold;
    threshold.options.success_threshold = 1;
    sent.outcomes = Bitmap(outcomes);
    for (const bool shape : {false, true}) {
      if (shape && !ShapesRewards(spec)) continue;
      threshold.options.shape_rewards = sent.options.shape_rewards = shape;
      ExpectSameBits(AdvantagesOf(threshold), AdvantagesOf(sent), spec);
    }
  }
}

TEST(BitIdentity, OnePairPerGroupExpandsToTheAdvantages) {
  const Ragged batch(true);
  const std::vector<std::uint32_t> group_of = batch.GroupOf();
  for (const MethodSpec& spec : Specs()) {
    if (spec.name == "opo") continue;
    Call call = batch.Sized(spec);
    std::fill_n(call.rewards.begin(), 4, 1.0F);  // no wrong response in group 0
    const Floats expected = AdvantagesOf(call);
    call.options.per_group = true;
    const Floats pairs = AdvantagesOf(call);
    ASSERT_EQ(pairs.size(), 2 * batch.sizes.size());
    Floats expanded;
    for (std::size_t i = 0; i < group_of.size(); ++i) {
      expanded.push_back(pairs[2 * group_of[i] + (call.rewards[i] == 1 ? 0 : 1)]);
    }
    ExpectSameBits(expanded, expected, spec);
    EXPECT_EQ(pairs[1], 0.0F) << Describe(spec);
  }
}

// 0/1 rewards go by a table, others by their moments: two roads to one value.
TEST(BitIdentity, BinaryRewardsAndTheirDoubleAgree) {
  for (const char* method : {"grpo", "max_rl"}) {  // not changed by a scale
    for (int c = 1; c < 64; ++c) {
      Floats doubled = Outcomes(64, c);
      const Floats expected = AdvantagesOf({method, {}}, doubled);
      for (float& r : doubled) r *= 2;
      const Floats actual = AdvantagesOf({method, {}}, doubled);
      for (std::size_t i = 0; i < 64; ++i) EXPECT_FLOAT_EQ(actual[i], expected[i]);
    }
  }
}

TEST(BitIdentity, TwoCallsAgree) {
  const Ragged batch(true);
  for (const MethodSpec& spec : Specs()) {
    const Call call = batch.Sized(spec);
    ExpectSameBits(AdvantagesOf(call), AdvantagesOf(call), spec);
  }
}

}  // namespace
}  // namespace advantaged::testing
