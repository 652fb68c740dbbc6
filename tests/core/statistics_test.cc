// Group statistics, the summary, warnings and observer reports against a naive recomputation from
// the request and the advantages.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/engine/computation.h"
#include "tests/core/specs.h"
#include "tests/reference/outcome_methods.h"

namespace advantaged::testing {
namespace {

// Groups of every kind of outcome, masked responses among them.
Call Varied() {
  Call call;
  call.method = {"grpo", {}};
  call.group_sizes = {4, 5, 3, 4, 2, 4, 6, 3};
  call.rewards = {0,      1,
                  1,      0,  // mixed
                  0,      0,
                  0,      0,
                  0,  // all fail
                  1,      1,
                  1,  // all pass
                  0.25F,  2,
                  -1,     0.25F,  // varied
                  7,      7,      // masked out
                  0.5F,   0.5F,
                  0.5F,   0.5F,  // constant
                  1,      1,
                  0,      0,
                  1,      0,  // mixed, the last masked
                  100000, 100000.0078125F,
                  100000};  // suspicious
  std::vector<int> valid(call.rewards.size(), 1);
  valid[16] = valid[17] = valid[27] = 0;
  call.valid = Bitmap(valid);
  call.options.pass_at = {1, 2, 4, 6};
  return call;
}

struct Group {
  std::vector<double> rewards;
  std::vector<double> advantages;
  bool known = true;  // outcomes
  std::uint32_t c = 0;
};

// The valid responses of each group.
std::vector<Group> GroupsOf(const Call& call, const Floats& advantages) {
  std::vector<Group> groups;
  std::size_t i = 0;
  for (const std::uint32_t size : call.group_sizes) {
    Group group;
    for (std::uint32_t j = 0; j < size; ++j, ++i) {
      if (((call.valid[i / 8] >> (i % 8)) & 1U) == 0) continue;
      const double reward = call.rewards[i];
      group.rewards.push_back(reward);
      group.advantages.push_back(advantages[i]);
      group.known = group.known && (reward == 0 || reward == 1);
      group.c += reward == 1 ? 1U : 0U;
    }
    groups.push_back(group);
  }
  return groups;
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double Sd(const std::vector<double>& values) {
  const double mean = Mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

void ExpectNear(double actual, double expected) {
  EXPECT_NEAR(actual, expected, 1e-12 * std::max(1.0, std::abs(expected)));
}

TEST(Statistics, OfEachGroup) {
  const Call call = Varied();
  const Result result = call.Run();
  ASSERT_TRUE(result.ok()) << Describe(result);
  const std::vector<Group> groups = GroupsOf(call, result.advantages);
  ASSERT_EQ(result.groups.size(), groups.size());
  const GroupOutcome outcomes[] = {
      GroupOutcome::kMixed, GroupOutcome::kAllFail,  GroupOutcome::kAllPass, GroupOutcome::kVaried,
      GroupOutcome::kEmpty, GroupOutcome::kConstant, GroupOutcome::kMixed,   GroupOutcome::kVaried};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    SCOPED_TRACE(g);
    const GroupStatistics& s = result.groups[g];
    const Group& group = groups[g];
    const auto n = static_cast<double>(group.rewards.size());
    EXPECT_EQ(s.id, g);
    EXPECT_EQ(s.n, group.rewards.size());
    EXPECT_EQ(s.outcome, outcomes[g]);
    EXPECT_FALSE(s.small);
    EXPECT_EQ(s.suspicious, g == 7);
    EXPECT_EQ(s.no_signal, std::ranges::all_of(group.advantages, [](double a) { return a == 0; }));
    const std::size_t columns = call.options.pass_at.size();
    if (n == 0) {
      EXPECT_TRUE(std::isnan(s.mean) && std::isnan(s.sd));
    } else {
      ExpectNear(s.mean, Mean(group.rewards));
      ExpectNear(s.sd, Sd(group.rewards));
    }
    const bool known = group.known && n > 0;
    EXPECT_EQ(s.c, known ? group.c : 0);
    EXPECT_EQ(std::isnan(s.success_rate), !known);
    EXPECT_EQ(std::isnan(s.priority), !known);
    if (known) {
      ExpectNear(s.success_rate, group.c / n);
      ExpectNear(s.priority, 1 - group.c / n);
    }
    for (std::size_t i = 0; i < columns; ++i) {
      const std::uint32_t k = call.options.pass_at[i];
      const double actual = result.pass_at_k[g * columns + i];
      if (!known || k > n) {
        EXPECT_TRUE(std::isnan(actual)) << k;
      } else {
        const reference::Group exact(static_cast<int>(n), static_cast<int>(group.c));
        ExpectNear(actual,
                   reference::ToDouble(reference::GroupAtK(exact, static_cast<int>(k)).rho_k));
      }
    }
  }
}

TEST(Statistics, ConstantRewardsHaveTheirMeanAndNoSpread) {
  for (const float value : {0.95F, 0.1F, -3e38F, 1e-45F}) {
    for (const std::size_t n : {1U, 3U, 7U, 100U}) {
      const Result result = OneGroup({"reinforce", {}}, Floats(n, value)).Run();
      EXPECT_EQ(result.groups[0].mean, static_cast<double>(value));
      EXPECT_EQ(result.groups[0].sd, 0);
    }
  }
}

TEST(Statistics, SuspiciousSpreadIsBelowAHundredThousandth) {
  const auto suspicious = [](float low, float high) {
    return OneGroup({"grpo", {}}, {low, high}).Run().groups[0].suspicious;
  };
  EXPECT_FALSE(suspicious(1, 1));
  EXPECT_TRUE(suspicious(1, 1.0000001F));
  EXPECT_TRUE(suspicious(-100000, -100000.5F));
  EXPECT_FALSE(suspicious(-100000, -100002));
  EXPECT_FALSE(suspicious(-1e-30F, 1e-30F));
}

TEST(Summary, AddsUpTheGroups) {
  for (const char* method : {"grpo", "reinforce"}) {
    Call call = Varied();
    call.method = {method, {}};
    const Result result = call.Run();
    ASSERT_TRUE(result.ok());
    const std::vector<Group> groups = GroupsOf(call, result.advantages);
    std::vector<double> rates;
    std::vector<double> magnitudes;
    double positive = 0;
    double negative = 0;
    std::uint32_t responses = 0;
    for (const Group& group : groups) {
      const auto n = static_cast<std::uint32_t>(group.rewards.size());
      responses += n;
      if (group.known && n > 0) rates.push_back(static_cast<double>(group.c) / n);
      for (const double a : group.advantages) {
        magnitudes.push_back(std::abs(a));
        (a > 0 ? positive : negative) += std::abs(a);
      }
    }
    const Summary& s = result.summary;
    EXPECT_EQ(s.groups, 8U);
    EXPECT_EQ(s.responses, responses);
    EXPECT_EQ(s.masked_responses, 3U);
    EXPECT_EQ(s.all_fail, 1U);
    EXPECT_EQ(s.mixed, 2U);
    EXPECT_EQ(s.all_pass, 1U);
    EXPECT_EQ(s.constant, 1U);
    EXPECT_EQ(s.varied, 2U);
    EXPECT_EQ(s.empty, 1U);
    EXPECT_EQ(s.suspicious, 1U);
    EXPECT_EQ(s.small, 0U);
    ASSERT_TRUE(s.mean_success_rate.has_value());
    ExpectNear(*s.mean_success_rate, Mean(rates));
    // Of 7 groups that are not empty: all fail, all pass, constant; or all fail alone.
    ExpectNear(s.no_signal_share, std::string(method) == "grpo" ? 3.0 / 7 : 1.0 / 7);
    ExpectNear(s.mean_absolute, Mean(magnitudes));
    ExpectNear(s.sd_absolute, Sd(magnitudes));
    EXPECT_EQ(s.max_absolute, *std::ranges::max_element(magnitudes));
    ExpectNear(s.positive_weight, positive);
    ExpectNear(s.negative_weight, negative);
  }
}

TEST(Summary, PassAtKIsOverGroupsThatHaveIt) {
  const Result result = Varied().Run();
  ASSERT_EQ(result.summary.pass_at_k.size(), 4U);
  // Known outcomes: 2 of 4, 0 of 5, 3 of 3, 3 of 5.
  const auto mean = [&](std::size_t i) { return result.summary.pass_at_k[i].mean.value(); };
  EXPECT_EQ(result.summary.pass_at_k[0].groups, 4U);
  ExpectNear(mean(0), (0.5 + 0 + 1 + 0.6) / 4);
  ExpectNear(mean(1), (5.0 / 6 + 0 + 1 + 0.9) / 4);
  EXPECT_EQ(result.summary.pass_at_k[2].groups, 3U);
  EXPECT_EQ(result.summary.pass_at_k[2].k, 4U);
  ExpectNear(mean(2), (1.0 + 0 + 1) / 3);
  EXPECT_EQ(result.summary.pass_at_k[3].groups, 0U);
  EXPECT_FALSE(result.summary.pass_at_k[3].mean.has_value());
}

TEST(Summary, OfNothingKnown) {
  Call call = OneGroup({"reinforce", {}}, {5, 6});
  call.valid = {0};
  const Result result = call.Run();
  EXPECT_FALSE(result.summary.mean_success_rate.has_value());
  EXPECT_EQ(result.summary.no_signal_share, 0);
  EXPECT_EQ(result.summary.mean_absolute, 0);
  EXPECT_EQ(result.summary.sd_absolute, 0);
}

TEST(Summary, IsTheSameForOnePairPerGroup) {
  Call call = OneGroup({"pass_at_k_grpo", {{"k", Whole(2)}}}, {1, 0, 0, 1, 0});
  const Result each = call.Run();
  call.options.per_group = true;
  const Result pairs = call.Run();
  EXPECT_EQ(pairs.summary.mean_absolute, each.summary.mean_absolute);
  EXPECT_EQ(pairs.summary.positive_weight, each.summary.positive_weight);
  EXPECT_EQ(pairs.summary.negative_weight, each.summary.negative_weight);
}

bool Warns(const Result& result, WarningCode code) {
  return std::ranges::any_of(result.warnings, [&](const Warning& w) { return w.code == code; });
}

// Correct responses are pushed down from λ ≈ 1.51 in large groups.
TEST(Warnings, NegativeAdvantageOfCorrectResponses) {
  const auto warns = [](double lambda, int n) {
    const Result result =
        OneGroup({"entropy_regularized", {{"entropy_coefficient", lambda}}}, Outcomes(n, 1)).Run();
    return Warns(result, WarningCode::kNegativeAdvantageOfCorrect);
  };
  EXPECT_FALSE(warns(1.5, 64));
  EXPECT_TRUE(warns(1.52, 64));
  EXPECT_TRUE(warns(10, 64));
  EXPECT_FALSE(warns(10, 2));
  const Result std =
      OneGroup({"std_regularized", {{"std_coefficient", 3.0}}}, Outcomes(64, 1)).Run();
  EXPECT_TRUE(Warns(std, WarningCode::kNegativeAdvantageOfCorrect));
  const Result grpo = OneGroup({"grpo", {}}, Outcomes(64, 1)).Run();
  EXPECT_TRUE(grpo.warnings.empty());
}

TEST(Warnings, SuspiciousSpread) {
  EXPECT_TRUE(Warns(Varied().Run(), WarningCode::kSuspiciousSpread));
  EXPECT_FALSE(Warns(OneGroup({"grpo", {}}, {1, 2}).Run(), WarningCode::kSuspiciousSpread));
}

// Remembers what an observer is told.
class Recorder final : public GroupObserver {
 public:
  bool WantsEachGroup() const override { return true; }
  void OnGroup(const GroupReport& report, std::uint64_t /*times*/) override {
    correct.push_back(report.correct);
    wrong.push_back(report.wrong);
  }
  void OnAdvantages(std::span<const float> group) override {
    for (const float advantage : group) ++advantages[advantage];
  }
  void OnAdvantage(float advantage, std::uint64_t times) override {
    if (times > 0) advantages[advantage] += times;
  }
  std::vector<GroupReport::Mass> correct;
  std::vector<GroupReport::Mass> wrong;
  std::map<float, std::uint64_t> advantages;  // how often each
};

// W₊ = ρ̂·|A₊| and W₋ = (1−ρ̂)·|A₋| where outcomes are known, 0 elsewhere; signed masses where a side
// takes several values.
TEST(Observer, SeesTheMassOfBothSides) {
  const Floats rewards = {0, 1, 1, 0, 0, 0.25F, -2, 1, 0.5F, 0.125F};
  for (const bool outcomes : {false, true}) {
    Request request;
    request.method = {"grpo", {}};
    request.batch.rewards = rewards;
    request.batch.group_size = 5;
    const Bytes bits = Bitmap(std::vector{1, 1, 0, 0, 0, 1, 0, 0, 1, 1});
    if (outcomes) request.batch.outcomes = {bits};
    Violations violations;
    const Computation computation(request, violations);
    ASSERT_TRUE(violations.empty());
    Floats out(computation.output_size());
    Recorder recorder;
    computation.Run(out, &recorder, violations);
    ASSERT_TRUE(violations.empty());
    ASSERT_EQ(recorder.correct.size(), 2U);
    std::map<float, std::uint64_t> returned;
    for (const float advantage : out) ++returned[advantage];
    EXPECT_EQ(recorder.advantages, returned);
    for (std::size_t g = 0; g < 2; ++g) {
      const bool known = outcomes || g == 0;
      double sums[2][2] = {};  // [correct][positive]
      for (std::size_t i = 0; i < 5; ++i) {
        const std::size_t at = 5 * g + i;
        const bool correct = outcomes ? ((bits[at / 8] >> (at % 8)) & 1U) != 0 : rewards[at] == 1;
        if (known) {
          sums[correct ? 1 : 0][out[at] > 0 ? 1 : 0] += std::abs(static_cast<double>(out[at])) / 5;
        }
      }
      EXPECT_NEAR(recorder.correct[g].positive, sums[1][1], 1e-15);
      EXPECT_NEAR(recorder.correct[g].negative, sums[1][0], 1e-15);
      EXPECT_NEAR(recorder.wrong[g].positive, sums[0][1], 1e-15);
      EXPECT_NEAR(recorder.wrong[g].negative, sums[0][0], 1e-15);
    }
  }
}

TEST(Summary, SpreadOfAdvantagesSurvivesALargeMean) {
  Call call;
  call.method = {"reinforce", {}};
  call.rewards.assign(1000, 3.3e7F);
  for (std::size_t i = 0; i < 500; ++i) call.rewards[i] += 4;
  call.group_size = 10;
  EXPECT_NEAR(call.Run().summary.sd_absolute, 2, 1e-12);
}

TEST(Summary, EqualAdvantagesHaveNoSpread) {
  const Call call = OneGroup({"reinforce", {}}, Floats(1000, 0.1F));
  EXPECT_EQ(call.Run().summary.sd_absolute, 0);
}

}  // namespace
}  // namespace advantaged::testing
