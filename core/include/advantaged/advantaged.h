// advantaged: advantages of reward groups, in-process.
//
//   advantaged::Request request;
//   request.method = {"pass_at_k_grpo", {{"k", 4}}};
//   request.batch.rewards = rewards;      // std::span<const float>, one per response
//   request.batch.group_size = 16;        // contiguous groups of 16 responses
//   advantaged::Result result = advantaged::Compute(request);
//   if (!result.ok()) …                   // result.violations says what is wrong and where
//   Use(result.advantages);               // one float per response, in the order of the rewards
//
// A group holds the n responses sampled for one prompt. An advantage A_i weighs response i in the
// policy gradient (1/n) Σ_i A_i ∇ log π(y_i). Methods, their equations and their parameters:
// docs/methods.md, or `advctl methods`.
//
// Everything here is a pure function of its arguments and safe to call from any thread. The same
// group gives the same float32 bits whatever stands beside it, on every machine. Arithmetic is in
// double, rounded once (docs/numerics.md). Inputs are views: they must outlive the call. Nothing
// throws except std::bad_alloc.
#ifndef ADVANTAGED_ADVANTAGED_H_
#define ADVANTAGED_ADVANTAGED_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "advantaged/violations.h"

namespace advantaged {

// Two builds with the same number return the same bits.
inline constexpr std::uint32_t kNumericsVersion = 2;
// Largest batch and largest group, in responses.
inline constexpr std::uint32_t kMaxResponses = 1U << 24;
inline constexpr std::uint32_t kMaxGroupSize = 1U << 20;
// Largest n for which a whole table over c is built, and the largest n of `custom_table`.
inline constexpr std::uint32_t kMaxTableSize = 4096;
// Most K one request may ask Pass@K for, and most stages of one request.
inline constexpr std::size_t kMaxPassAt = 32;
inline constexpr std::size_t kMaxStages = 32;

// The request.

// A(correct) and A(wrong) for c = 0 … n: n+1 finite numbers each. One entry of the parameter
// `tables` of custom_table.
struct OutcomeTable {
  std::uint32_t n = 0;
  std::vector<double> advantage_correct;
  std::vector<double> advantage_wrong;
};

// The named numbers of a formula. The parameter `constants` of surrogate.
using Constants = std::map<std::string, double, std::less<>>;

// Whole numbers, reals, flags, choices (by name, e.g. "rloo"), texts, tables and constants.
using ParameterValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<OutcomeTable>, Constants>;

// A method by name with the parameters that differ from their defaults, e.g.
// {"focal", {{"gamma", 0.5}, {"base", "grpo"}}}.
struct MethodSpec {
  std::string name;
  std::map<std::string, ParameterValue, std::less<>> parameters;
};

// A view of a bitmap: bit i, least significant first, is bit i % 8 of byte i / 8; ⌈size/8⌉ bytes,
// unused bits 0.
struct BitSpan {
  std::span<const std::uint8_t> bytes;
  bool empty() const { return bytes.empty(); }
  bool operator[](std::size_t i) const { return ((bytes[i / 8] >> (i % 8)) & 1U) != 0; }
};

// The reward of a response of several rows.
enum class TrajectoryReward : std::uint8_t {
  kEqualOrError,  // all rows carry it
  kLast,          // the last row carries it, and the outcome
  kSum,           // of the rows, in their order, in double, rounded once to float32
};

// N rows and how they form groups. A row is a response, unless `trajectory_ids` say otherwise.
struct Batch {
  // Exactly one of these two: a reward per response, or a bit per response with `response_count` =
  // N.
  std::span<const float> rewards;
  BitSpan reward_bits;
  std::size_t response_count = 0;  // 0: not set; with `rewards` it must equal their number
  // Of one response, whichever of the two there is.
  float reward(std::size_t response) const {
    return reward_bits.empty() ? rewards[response] : static_cast<float>(reward_bits[response]);
  }

  // Exactly one of these three.
  std::optional<std::uint32_t> group_size;     // contiguous groups of one size, which divides N
  std::span<const std::uint32_t> group_sizes;  // contiguous groups; each ≥ 1, sum N
  std::span<const std::uint32_t>
      group_ids;  // one per response, any order; groups in order of first appearance
  // If set, every group must declare exactly this many responses; fewer if
  // `declared_small_group` says what such a group gets. One without a valid response may always.
  std::optional<std::uint32_t> expected_group_size;

  BitSpan valid;     // default: all. 0: out of the statistics, advantage 0, reward may be NaN
  BitSpan outcomes;  // default: by threshold, or the rewards where all of a group are 0 or 1, else
                     // unknown
  std::span<const std::uint32_t> lengths;  // tokens of each response; needed by `opo`

  // One per row; rows with the same id are one response of one group, counted once, and all get its
  // advantage. Groups then are declared in rows, but `expected_group_size` counts responses. A
  // masked row contributes nothing and gets 0; a response is valid if any of its rows is. Lengths
  // add up; outcomes must be equal, except under `kLast`. Order: of first appearance.
  std::span<const std::uint32_t> trajectory_ids;
  TrajectoryReward trajectory_reward = TrajectoryReward::kEqualOrError;  // needs trajectory_ids
};

// What to do with a group that is too small for the method. An empty one always gets 0.
enum class SmallGroupPolicy : std::uint8_t { kZero, kError, kRaw, kClampK };

// A step over the whole batch after the method, on the valid responses. Steps run in the order of
// the list, in double on the method's float32 advantages, rounded once at the end.
struct Stage {
  enum class Kind : std::uint8_t {
    kCenter,  // x − mean
    kScale,   // x / (sd + epsilon), or x / √(sd² + epsilon); 0 if there is no spread
    kClip,    // x limited to low … high
  };
  enum class Weighting : std::uint8_t { kResponses, kTokens };  // 1 each, or `lengths`
  enum class Spread : std::uint8_t { kAdvantages, kRewards };

  Kind kind = Kind::kCenter;
  Weighting weighting = Weighting::kResponses;  // center, scale
  Spread spread = Spread::kAdvantages;          // scale: whose standard deviation
  std::uint32_t ddof = 0;            // scale: sd² = centred squares / (weight − ddof); 0 or 1
  double epsilon = 0;                // scale: finite, ≥ 0
  bool epsilon_inside_root = false;  // scale
  double low = 0;                    // clip: finite or −∞
  double high = 0;                   // clip: finite or ∞, ≥ low
};

// Weighted moments of a batch or of a part of one.
struct BatchMoments {
  double weight = 0;           // Σ w
  double mean = 0;             // Σ w x / Σ w
  double centred_squares = 0;  // Σ w (x − mean)²
};

// The moments of two parts together (Chan, Golub, LeVeque 1983), each operation rounded once; how
// far results may be from those of one call: docs/numerics.md, "Shards". Merging an empty part
// (weight 0) changes nothing.
BatchMoments Merge(const BatchMoments& a, const BatchMoments& b);

struct Options {
  // r_i ≥ this, rounded to float32, is a success; finite there, and 0 only if it is 0.
  std::optional<double> success_threshold;
  bool shape_rewards = false;      // factor from outcomes × base advantage of the real rewards
  bool zero_unless_mixed = false;  // 0 for groups whose outcomes are all equal
  // A group of rewards is constant iff max − min ≤ this + 2⁻²⁴·(|max| + |min|), in double; with 0,
  // iff max = min.
  double constant_tolerance = 0;
  SmallGroupPolicy small_group = SmallGroupPolicy::kZero;  // what masking left too small
  // A group that declares fewer responses than `expected_group_size`, or than the method needs.
  // kError refuses it; with any other policy it is computed where the method can, else gets that.
  SmallGroupPolicy declared_small_group = SmallGroupPolicy::kError;
  bool per_group = false;  // return (A₊, A₋) per group instead of one advantage per response
  std::vector<std::uint32_t> pass_at;  // K for which to report unbiased Pass@K
  // Fill Result::groups and Result::pass_at_k. Without them groups that are alike are computed
  // together, which takes half the time or less.
  bool group_statistics = true;

  std::vector<Stage> stages;       // at most kMaxStages
  bool allow_recentering = false;  // center even where the mean of the method carries meaning
  // Moments of the whole batch, where this call holds a part of it: one for each that the stages
  // need, in their order (Result::batch_moments). All of them, or, with `moments_only`, those known
  // so far.
  std::vector<BatchMoments> batch_moments;
  bool moments_only = false;  // compute Result::batch_moments only
};

struct Request {
  MethodSpec method;
  Batch batch;
  Options options;
};

// The result.

// Outcomes of a group if known, else whether its rewards vary.
enum class GroupOutcome : std::uint8_t { kEmpty, kAllFail, kMixed, kAllPass, kConstant, kVaried };
inline bool OutcomesKnown(GroupOutcome outcome) {
  return outcome == GroupOutcome::kAllFail || outcome == GroupOutcome::kMixed ||
         outcome == GroupOutcome::kAllPass;
}

// What one group was. NaN stands for "does not apply".
struct GroupStatistics {
  std::uint32_t id = 0;  // group id, or the group's index
  std::uint32_t n = 0;   // valid responses
  std::uint32_t c = 0;   // correct ones; 0 where outcomes are unknown
  GroupOutcome outcome = GroupOutcome::kEmpty;
  bool small = false;       // masking left too few responses for the method
  bool incomplete = false;  // it declares too few, and `declared_small_group` let it in
  bool suspicious = false;  // 0 < max − min < 1e-5 · max|r|
  bool no_signal = false;   // every advantage is 0
  double success_rate = 0;  // ρ̂ = c/n
  double mean = 0;          // of the rewards
  double sd = 0;            // of the rewards, ddof 0
  double priority = 0;      // 1 − ρ̂ (Kimi k1.5, arXiv 2501.12599)
};

// The batch in a few numbers, as `Summary` of the proto, where each is defined.
struct Summary {
  std::uint32_t groups = 0, responses = 0, masked_responses = 0;
  std::uint32_t all_fail = 0, mixed = 0, all_pass = 0, constant = 0, varied = 0, empty = 0;
  std::uint32_t small = 0, suspicious = 0, incomplete = 0;
  std::optional<double> mean_success_rate;
  struct PassAtK {
    std::uint32_t k = 0;
    std::optional<double> mean;
    std::uint32_t groups = 0;
  };
  std::vector<PassAtK> pass_at_k;
  double no_signal_share = 0;
  double mean_absolute = 0, sd_absolute = 0, max_absolute = 0;
  double positive_weight = 0, negative_weight = 0;
};

enum class WarningCode : std::uint8_t {
  kNegativeAdvantageOfCorrect,
  kSuspiciousSpread,
  kSmallGroups,
  kIncompleteGroups,
  kPassAtTooLarge,
};
struct Warning {
  WarningCode code;
  std::string message;
  // How many groups it is about; 0 for kNegativeAdvantageOfCorrect, which is about all of a size.
  std::uint32_t groups = 0;
  // What the groups miss: the n that the method needs, the declared size that is complete, or the
  // largest K; of kNegativeAdvantageOfCorrect the least c, of kSuspiciousSpread 0.
  std::uint32_t limit = 0;
};

struct Result {
  // Empty iff the computation succeeded; otherwise nothing below is meaningful.
  Violations violations;
  bool ok() const { return violations.empty(); }

  // One per row: N; or, with `per_group`, A₊ and A₋ of each group: 2 G.
  std::vector<float> advantages;
  std::vector<GroupStatistics> groups;  // G, with Options::group_statistics
  // G × pass_at.size(), row by row, for the same groups; NaN where ρ̂ is unknown or K > n.
  std::vector<double> pass_at_k;
  // The moments that the stages need, of this call's responses: of the advantages before the first
  // clip, of the rewards, of what the first clip leaves … in the order in which stages need them.
  // With `moments_only` up to the first that Options::batch_moments did not bring.
  std::vector<BatchMoments> batch_moments;
  Summary summary;
  std::vector<Warning> warnings;
  MethodSpec method;  // with every default filled in
};

// Computes the advantages of every group of the request under its method.
Result Compute(const Request& request);

// The same, with the advantages written to `out` instead of Result::advantages, which stays empty:
// as many floats as there would be there, else that is a violation. None of the request's arrays
// may lie in it. What it holds after a violation means nothing.
Result ComputeInto(const Request& request, std::span<float> out);

}  // namespace advantaged

#endif  // ADVANTAGED_ADVANTAGED_H_
