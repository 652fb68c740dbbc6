// Groups of 0/1 rewards are told apart by kind. Nobody may notice: neither the advantages nor what
// an observer adds up differ from those of groups that are looked at one by one.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <tuple>
#include <vector>

#include "core/engine/computation.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

// How often each report and each advantage was heard.
class ReportLog final : public GroupObserver {
 public:
  explicit ReportLog(bool each_group) : each_group_(each_group) {}

  bool WantsEachGroup() const override { return each_group_; }
  void OnGroup(const GroupReport& report, std::uint64_t times) override {
    EXPECT_TRUE(!each_group_ || times == 1);
    const GroupStatistics& s = report.statistics;
    ids.push_back(s.id);
    const std::vector<double> numbers = {static_cast<double>(s.n),
                                         static_cast<double>(s.c),
                                         static_cast<double>(s.outcome),
                                         static_cast<double>(s.small),
                                         static_cast<double>(s.suspicious),
                                         static_cast<double>(s.no_signal),
                                         report.correct.positive,
                                         report.correct.negative,
                                         report.wrong.positive,
                                         report.wrong.negative};
    groups[{numbers, BitsOfDoubles({s.success_rate, s.priority}),
            BitsOfDoubles({report.pass_at_k.begin(), report.pass_at_k.end()})}] += times;
    // Groups of unknown outcomes that come together need not have these in common.
    if (each_group_) spreads.push_back(BitsOfDoubles({s.mean, s.sd}));
    ++calls;
  }
  void OnAdvantages(std::span<const float> returned) override {
    for (const float advantage : returned) ++advantages[std::bit_cast<std::uint32_t>(advantage)];
  }
  void OnAdvantage(float advantage, std::uint64_t times) override {
    if (times > 0) advantages[std::bit_cast<std::uint32_t>(advantage)] += times;
  }

  // NaN is equal to itself here.
  static std::vector<std::uint64_t> BitsOfDoubles(const std::vector<double>& values) {
    std::vector<std::uint64_t> bits;
    for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
    return bits;
  }

  std::map<std::tuple<std::vector<double>, std::vector<std::uint64_t>, std::vector<std::uint64_t>>,
           std::uint64_t>
      groups;
  std::vector<std::vector<std::uint64_t>> spreads;
  std::map<std::uint32_t, std::uint64_t> advantages;
  std::vector<std::uint32_t> ids;
  std::size_t calls = 0;

 private:
  const bool each_group_;
};

Floats RunFor(ReportLog* log, const Request& request) {
  Violations violations;
  const Computation computation(request, violations);
  Floats out(violations.empty() ? computation.output_size() : 0);
  if (violations.empty()) computation.Run(out, log, violations);
  EXPECT_TRUE(violations.empty()) << Describe(request.method);
  return out;
}

// More responses than the engine looks at at once, so kinds come back in later blocks.
constexpr std::size_t kGroups = 1500;

Floats Draw(std::size_t size, double varied) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform(0, 1);
  Floats rewards;
  for (std::size_t i = 0; i < size; ++i) rewards.push_back(uniform(random) < 0.4 ? 1.0F : 0.0F);
  // Some groups with another reward, which a method of rewards takes one by one.
  for (std::size_t i = 0; i < size; i += 97) {
    if (uniform(random) < varied) rewards[i] = 0.5F;
  }
  return rewards;
}

Uints Ragged(std::size_t size) {
  std::mt19937 random(8);
  Uints sizes;
  for (std::size_t left = size; left > 0;) {
    std::size_t n = 3 + random() % 6;
    if (left < n + 3) n = left;
    sizes.push_back(static_cast<std::uint32_t>(n));
    left -= n;
  }
  return sizes;
}

// Under a mask, though of ones, groups are gathered and of several sizes to the kernels.
Floats RunOneByOne(ReportLog& log, Request request) {
  const Bytes ones = Bitmap(std::vector<int>(request.batch.rewards.size(), 1));
  request.batch.valid = {ones};
  return RunFor(&log, request);
}

void ExpectKindsAreNotNoticed(const Request& request) {
  ReportLog one_by_one(true);
  ReportLog each(true);
  ReportLog kinds(false);
  const Floats expected = RunOneByOne(one_by_one, request);
  EXPECT_EQ(BitsOf(RunFor(nullptr, request)), BitsOf(expected));
  for (ReportLog* log : {&each, &kinds}) {
    EXPECT_EQ(BitsOf(RunFor(log, request)), BitsOf(expected));
    EXPECT_EQ(log->groups, one_by_one.groups) << Describe(request.method);
    EXPECT_EQ(log->advantages, one_by_one.advantages) << Describe(request.method);
  }
  EXPECT_EQ(each.ids, one_by_one.ids);
  EXPECT_EQ(each.spreads, one_by_one.spreads);
}

TEST(GroupKinds, ObserversOfKindsAndOfEachGroupHearTheSame) {
  for (const MethodSpec& spec : EverySpec(5)) {
    const Floats rewards = Draw(5 * kGroups, WorksOnRewards(spec) ? 0.5 : 0);
    const Call call = CallFor(spec, rewards);
    Request request;
    request.method = spec;
    request.batch.rewards = rewards;
    request.batch.lengths = call.lengths;
    request.batch.group_size = 5;
    request.options.pass_at = {1, 2, 8};
    ExpectKindsAreNotNoticed(request);
  }
}

TEST(GroupKinds, GroupsOfDifferentSizes) {
  const Floats rewards = Draw(5 * kGroups, 0.5);
  const Uints sizes = Ragged(rewards.size());
  for (const char* method : {"grpo", "rloo", "max_rl", "reinforce"}) {
    Request request;
    request.method = {method, {}};
    request.batch.rewards = rewards;
    request.batch.group_sizes = sizes;
    ExpectKindsAreNotNoticed(request);
  }
}

// Of each size in turn: groups of real rewards, of 0 and 1, of one reward, and of rewards that
// differ by rounding noise.
Floats DrawGroups(const Uints& sizes) {
  std::mt19937 random(10);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Floats rewards;
  for (const std::uint32_t n : sizes) {
    const auto shape = random() % 8;
    const float same = uniform(random);
    for (std::uint32_t i = 0; i < n; ++i) {
      const float noise = i % 2 == 0 ? same : std::nextafter(same, 2.0F);
      const float bit = random() % 2 == 0 ? 1.0F : 0.0F;
      rewards.push_back(shape == 0   ? same
                        : shape == 1 ? bit
                        : shape == 2 ? noise
                                     : uniform(random));
    }
  }
  return rewards;
}

TEST(GroupKinds, GroupsOfAnyRewards) {
  for (const std::uint32_t n : {3U, 5U, 8U, 16U, 100U, 0U}) {
    const Uints sizes = n > 0 ? Uints(9000 / n, n) : Ragged(9000);
    const Floats rewards = DrawGroups(sizes);
    for (const MethodSpec& spec : EverySpec(2)) {
      if (!WorksOnRewards(spec)) continue;
      const Call call = CallFor(spec, rewards);
      for (const double tolerance : {0.0, 0.25}) {
        Request request;
        request.method = spec;
        request.batch.rewards = rewards;
        request.batch.lengths = call.lengths;
        request.batch.group_sizes = sizes;
        request.options.constant_tolerance = tolerance;
        request.options.pass_at = {1, 2};
        ExpectKindsAreNotNoticed(request);
      }
    }
  }
}

TEST(GroupKinds, GroupsOfAnyRewardsByIdInAnyOrder) {
  const Floats rewards = DrawGroups(Uints(1000, 8));
  Uints ids;
  for (std::uint32_t i = 0; i < rewards.size(); ++i) ids.push_back(i / 8);
  std::ranges::shuffle(ids, std::mt19937(9));
  for (const char* method : {"grpo", "rloo", "reinforce", "max_at_k"}) {
    Request request;
    request.method = {method, {}};
    if (request.method.name == "max_at_k") request.method.parameters["k"] = std::int64_t{2};
    request.batch.rewards = rewards;
    request.batch.group_ids = ids;
    ExpectKindsAreNotNoticed(request);
  }
}

// What is wrong with a group is found also where groups are looked at together.
TEST(GroupKinds, RefusedRewardsAreNamed) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  for (const bool by_ids : {false, true}) {
    Floats rewards = DrawGroups(Uints(1000, 4));
    rewards[2001] = kNaN;      // in group 500
    rewards[2404] = kLargest;  // group 601: its advantage is beyond float32
    rewards[2405] = -kLargest;
    Uints ids;
    for (std::uint32_t i = 0; i < rewards.size(); ++i) ids.push_back(i / 4);
    Request request;
    request.method = {"rloo", {}};
    request.batch.rewards = rewards;
    if (by_ids) {
      request.batch.group_ids = ids;
    } else {
      request.batch.group_size = 4;
    }
    Violations violations;
    const Computation computation(request, violations);
    ASSERT_TRUE(violations.empty());
    Floats out(computation.output_size());
    ReportLog log(false);
    computation.Run(out, &log, violations);
    ASSERT_EQ(violations.count(), 2U);
    EXPECT_EQ(violations.listed()[0].field, "rewards[2001]");
    EXPECT_EQ(violations.listed()[1].field, "rewards[2404]");
  }
}

// Their members are gathered a block at a time.
TEST(GroupKinds, GroupsByIdInAnyOrder) {
  Uints ids;
  for (std::uint32_t i = 0; i < 5 * kGroups; ++i) ids.push_back(i / 5);
  std::ranges::shuffle(ids, std::mt19937(9));
  for (const MethodSpec& spec : EverySpec(5)) {
    for (const bool per_group : {false, true}) {
      const Floats rewards = Draw(ids.size(), WorksOnRewards(spec) && !per_group ? 0.5 : 0);
      const Call call = CallFor(spec, rewards);
      Request request;
      request.method = spec;
      request.batch.rewards = rewards;
      request.batch.lengths = call.lengths;
      request.batch.group_ids = ids;
      request.options.per_group = per_group;
      if (per_group && WorksOnRewards(spec)) continue;
      ExpectKindsAreNotNoticed(request);
    }
  }
}

TEST(GroupKinds, BitsOfGroupsById) {
  const Floats rewards = Draw(5 * kGroups, 0);
  const Bytes bits = Bitmap(std::vector<int>(rewards.begin(), rewards.end()));
  Uints ids;
  for (std::uint32_t i = 0; i < rewards.size(); ++i)
    ids.push_back(static_cast<std::uint32_t>(i % kGroups));
  Request request;
  request.method = {"grpo", {}};
  request.batch.group_ids = ids;
  Request floats = request;
  floats.batch.rewards = rewards;
  request.batch.reward_bits = {bits};
  request.batch.response_count = static_cast<std::uint32_t>(rewards.size());
  EXPECT_EQ(BitsOf(RunFor(nullptr, request)), BitsOf(RunFor(nullptr, floats)));
}

TEST(GroupKinds, OptionsThatLookAtWholeGroups) {
  const Floats rewards = Draw(4 * kGroups, 0);
  for (const bool unmixed : {false, true}) {
    for (const double tolerance : {0.0, 1.0}) {
      for (const bool per_group : {false, true}) {
        Request request;
        request.method = {"rloo", {}};
        request.batch.rewards = rewards;
        request.batch.group_size = 4;
        request.options.zero_unless_mixed = unmixed;
        request.options.constant_tolerance = tolerance;
        request.options.per_group = per_group;
        ExpectKindsAreNotNoticed(request);
      }
    }
  }
}

TEST(GroupKinds, GroupsLargerThanAnyTable) {
  const std::uint32_t n = kMaxTableSize + 1;
  const Floats rewards = Draw(4 * std::size_t{n}, 0);
  Request request;
  request.method = {"skew_r", {}};
  request.batch.rewards = rewards;
  request.batch.group_size = n;
  ExpectKindsAreNotNoticed(request);
}

// The point of it: a batch has few kinds, whatever its size.
TEST(GroupKinds, AnObserverIsToldOfKindsNotOfGroups) {
  const Floats rewards = Draw(4 * kGroups, 0);
  Request request;
  request.method = {"grpo", {}};
  request.batch.rewards = rewards;
  request.batch.group_size = 4;
  ReportLog log(false);
  RunFor(&log, request);
  EXPECT_LE(log.calls, 2 * 5U);  // each of 5 kinds when it is met, and at the end
}

// Each group that is refused is named, also one whose kind was met before.
TEST(GroupKinds, EveryRefusedGroupIsNamed) {
  Call call;
  call.method = {"skew_r", {}};
  call.rewards = {0, 1, 0, 1, 0.5F, 0, 0, 1, 2, 0};
  call.group_size = 2;
  const Result result = call.Run();
  ASSERT_EQ(result.violations.count(), 2U);
  EXPECT_EQ(result.violations.listed()[0].field, "rewards[4]");
  EXPECT_EQ(result.violations.listed()[1].field, "rewards[8]");
}

}  // namespace
}  // namespace advantaged::testing
