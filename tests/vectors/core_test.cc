// The core against every test vector: advantages as float32, statistics to 12 digits, refusals by
// the fields they name.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/vectors/core_call.h"

namespace advantaged::testing {
namespace {

using nlohmann::json;

// What a call of the core has no words for; the server checks it.
const std::set<std::string> kOnlyOnTheWire = {"empty_stage", "clip_without_limits",
                                              "numerics_version"};

std::vector<json> Vectors(const std::string& file) {
  std::vector<json> vectors;
  std::ifstream lines(std::string(ADVANTAGED_VECTORS) + "/" + file + ".jsonl");
  for (std::string line; std::getline(lines, line);) vectors.push_back(json::parse(line));
  return vectors;
}

// null in a vector: does not apply, NaN in the core. Equal to about 12 digits of `scale`.
bool Agree(const json& expected, double got, double scale) {
  if (expected.is_null()) return std::isnan(got);
  return std::abs(got - expected.get<double>()) <= 1e-12 * std::max(scale, 1.0);
}

double LargestReward(const Call& call) {
  double largest = 0;
  for (const float reward : call.rewards) {
    if (std::isfinite(reward)) largest = std::max(largest, std::abs(static_cast<double>(reward)));
  }
  return largest;
}

std::string OutcomeName(GroupOutcome outcome) {
  static constexpr const char* kNames[] = {"EMPTY",    "ALL_FAIL", "MIXED",
                                           "ALL_PASS", "CONSTANT", "VARIED"};
  return std::string("GROUP_OUTCOME_") + kNames[static_cast<std::size_t>(outcome)];
}

void CheckStatistics(const json& expected, const Result& result, double scale) {
  const json& columns = expected.at("group_statistics");
  ASSERT_EQ(result.groups.size(), columns.at("n").size());
  for (std::size_t g = 0; g < result.groups.size(); ++g) {
    const GroupStatistics& group = result.groups[g];
    EXPECT_EQ(group.n, columns["n"][g]) << g;
    EXPECT_EQ(group.c, columns["c"][g]) << g;
    EXPECT_EQ(OutcomeName(group.outcome), columns["outcome"][g]) << g;
    EXPECT_TRUE(Agree(columns["success_rate"][g], group.success_rate, 1)) << g;
    EXPECT_TRUE(Agree(columns["mean"][g], group.mean, scale)) << g << " " << group.mean;
    EXPECT_TRUE(Agree(columns["sd"][g], group.sd, scale)) << g << " " << group.sd;
  }
  const json pass_at = columns.value("pass_at_k", json::array());
  for (std::size_t i = 0; i < pass_at.size(); ++i) {
    for (std::size_t g = 0; g < result.groups.size(); ++g) {
      const double got = result.pass_at_k[g * pass_at.size() + i];
      EXPECT_TRUE(Agree(pass_at[i]["value"][g], got, 1)) << g << " " << got;
    }
  }
}

void CheckSummary(const json& expected, const Summary& summary) {
  const json& s = expected.at("summary");
  EXPECT_EQ(summary.groups, s["groups"]);
  EXPECT_EQ(summary.responses, s["responses"]);
  EXPECT_EQ(summary.masked_responses, s["masked_responses"]);
  EXPECT_EQ(summary.all_fail, s["all_fail_groups"]);
  EXPECT_EQ(summary.mixed, s["mixed_groups"]);
  EXPECT_EQ(summary.all_pass, s["all_pass_groups"]);
  EXPECT_EQ(summary.constant, s["constant_groups"]);
  EXPECT_EQ(summary.varied, s["varied_groups"]);
  EXPECT_EQ(summary.empty, s["empty_groups"]);
  EXPECT_EQ(summary.small, s["small_groups"]);
  EXPECT_EQ(summary.suspicious, s["suspicious_groups"]);
  EXPECT_EQ(summary.incomplete, s.value("incomplete_groups", 0U));
  EXPECT_EQ(summary.max_absolute, s["max_absolute_advantage"]);
}

void CheckAnswer(const json& expected, const Call& call, const Result& result) {
  ASSERT_TRUE(result.ok()) << Describe(result);
  // As values: 0 and -0 are one.
  EXPECT_EQ(result.advantages, expected.at("advantages").get<Floats>());
  CheckStatistics(expected, result, LargestReward(call));
  CheckSummary(expected, result.summary);
}

void CheckRefusal(const json& expected, const Result& result) {
  std::vector<std::string> fields;
  for (const Violation& violation : result.violations.listed()) fields.push_back(violation.field);
  EXPECT_THAT(fields, ::testing::UnorderedElementsAreArray(
                          expected.at("fields").get<std::vector<std::string>>()))
      << Describe(result);
}

// The same call with a bit per reward, where its valid rewards are 0 or 1 and nothing asks for
// more.
std::optional<Call> WithBits(const Call& call) {
  if (call.rewards.empty() || call.options.success_threshold ||
      call.trajectory_reward == TrajectoryReward::kSum) {
    return std::nullopt;
  }
  std::vector<int> ones;
  for (std::size_t i = 0; i < call.rewards.size(); ++i) {
    const float reward = call.rewards[i];
    const bool valid = call.valid.empty() || BitSpan{call.valid}[i];
    if (valid && reward != 0 && reward != 1) return std::nullopt;
    ones.push_back(valid && reward == 1 ? 1 : 0);
  }
  Call result = call;
  result.rewards.clear();
  result.reward_bits = Bitmap(ones);
  result.response_count = ones.size();
  return result;
}

class CoreVectors : public ::testing::TestWithParam<const char*> {};

TEST_P(CoreVectors, GiveWhatTheCoreGives) {
  const std::vector<json> vectors = Vectors(GetParam());
  ASSERT_GT(vectors.size(), 50U);
  for (const json& vector : vectors) {
    const auto name = vector.at("name").get<std::string>();
    SCOPED_TRACE(name);
    const std::string subject =
        name.substr(name.find('/') + 1, name.rfind('/') - name.find('/') - 1);
    if (kOnlyOnTheWire.contains(subject)) continue;
    const Call call = CoreCall(vector.at("request"));
    const json& expected = vector.at("expected");
    if (expected.contains("error")) {
      CheckRefusal(expected, call.Run());
    } else {
      CheckAnswer(expected, call, call.Run());
      if (const std::optional<Call> bits = WithBits(call)) {
        CheckAnswer(expected, call, bits->Run());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Themes, CoreVectors,
                         ::testing::Values("methods", "rewards", "outcomes", "masks",
                                           "trajectories", "stages", "sizes", "limits", "refusals"),
                         [](const auto& file) { return std::string(file.param); });

BatchMoments Moments(const json& digits) {
  const auto number = [&](std::size_t i) {
    return std::bit_cast<double>(
        std::uint64_t{std::stoull(digits[i].get<std::string>(), nullptr, 16)});
  };
  return {number(0), number(1), number(2)};
}

TEST(Moments, MergeToTheBitsOfTheVectors) {
  const std::vector<json> vectors = Vectors("moments");
  ASSERT_GE(vectors.size(), 300U);
  for (const json& vector : vectors) {
    const BatchMoments merged = Merge(Moments(vector["a"]), Moments(vector["b"]));
    const BatchMoments expected = Moments(vector["merged"]);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(merged.weight),
              std::bit_cast<std::uint64_t>(expected.weight));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(merged.mean),
              std::bit_cast<std::uint64_t>(expected.mean));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(merged.centred_squares),
              std::bit_cast<std::uint64_t>(expected.centred_squares))
        << vector["name"];
  }
}

}  // namespace
}  // namespace advantaged::testing
