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
  // Rewards. Exactly one of `rewards` and `reward_bits`.

  // One per row, finite where the row is valid. Groups that hold only 0 and 1 take the method's
  // formula for outcomes; all others the one for real rewards, if it has one.
  std::span<const float> rewards;
  // The same for rewards of 0 and 1, one bit per row: a thirty-second of the memory to read. Needs
  // `response_count`.
  BitSpan reward_bits;
  // N, for `reward_bits`. With `rewards` it may be left at 0, else it must equal their number.
  std::size_t response_count = 0;
  // The reward of one row, whichever of the two there is.
  float reward(std::size_t response) const {
    return reward_bits.empty() ? rewards[response] : static_cast<float>(reward_bits[response]);
  }

  // Groups. Exactly one of `group_size`, `group_sizes` and `group_ids`.

  // All groups have this many rows, side by side; it divides N. The fastest form.
  std::optional<std::uint32_t> group_size;
  // The number of rows of each group, side by side; each at least 1, sum N.
  std::span<const std::uint32_t> group_sizes;
  // The group of each row, in any order; groups are numbered by first appearance. For batches whose
  // order is not yours: rows that are not side by side are gathered first and scattered afterwards.
  std::span<const std::uint32_t> group_ids;
  // The number of responses that every group has to declare; any other is a violation. Set it if
  // you know it: half a group left on another rank is the commonest bug in trainers. Smaller groups
  // are let in by Options::declared_small_group. A group without a valid response always is.
  // Default: any size.
  std::optional<std::uint32_t> expected_group_size;

  // What else is known of a row. All are optional; empty means the default.

  // Whether the row counts. A row with 0 is in no statistic, gets the advantage 0, and its reward
  // may be NaN: padding, aborted samples. Default: all count.
  BitSpan valid;
  // Whether the response is correct, if rewards are shaped and do not say it. Decides success
  // rates, Pass@K and the methods on outcomes. Default: by Options::success_threshold; else the
  // rewards themselves in groups where all are 0 or 1; else unknown.
  BitSpan outcomes;
  // Tokens of each row. Needed by the method `opo` and by stages that weigh by tokens; nothing else
  // reads them.
  std::span<const std::uint32_t> lengths;

  // Responses of several rows, as agents emit them. Leave empty if each row is a response.

  // Rows with the same id are one response of one group. It is counted once, and all its valid rows
  // get its advantage; a response is valid if any of its rows is. Groups are then declared in rows,
  // but `expected_group_size` counts responses. Lengths add up; outcomes must be equal, except with
  // `kLast`. Responses are in order of their first row. Costs a pass over the ids.
  std::span<const std::uint32_t> trajectory_ids;
  // Which reward such a response has. The default refuses rows that differ; change it if only the
  // last row carries the reward, or if each carries a part of it. Needs `trajectory_ids`.
  TrajectoryReward trajectory_reward = TrajectoryReward::kEqualOrError;
};

// What to do with a group that is too small for the method. An empty one always gets 0.
enum class SmallGroupPolicy : std::uint8_t {
  kZero,    // 0 for each of its responses
  kError,   // a violation
  kRaw,     // what the method computes on: rewards or outcomes
  kClampK,  // the advantages of the largest K that it has responses for
};

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

// How a batch is computed. The defaults are those of the papers: exact, and an error where a
// trainer has probably made a mistake.
struct Options {
  // Rewards and outcomes.

  // A reward at or above this is a success; both as float32. Finite there, and 0 only if it is 0.
  // Set it if rewards are graded and correctness is a matter of degree. Not together with
  // Batch::outcomes. Default: none.
  std::optional<double> success_threshold;
  // For methods that are a factor times a base advantage: takes the factor from the outcomes and
  // the base advantage from the real rewards. Set it to keep partial credit under a Pass@K method.
  // Default: both from the outcomes.
  bool shape_rewards = false;
  // Gives 0 to groups whose outcomes are all equal although their rewards vary, as DAPO's filter
  // does. Default: such groups get what the method says.
  bool zero_unless_mixed = false;
  // A group of rewards is constant if max − min ≤ this + 2⁻²⁴·(|max| + |min|), in double; finite,
  // ≥ 0. Raise it if equal rewards carry noise of rounding, which methods that divide by the spread
  // would blow up to ±1. Default 0: constant if max = min.
  double constant_tolerance = 0;

  // Groups that are too small for the method.

  // What a group gets that masking left too small. Default: 0.
  SmallGroupPolicy small_group = SmallGroupPolicy::kZero;
  // What a group gets that declares fewer responses than Batch::expected_group_size, or than the
  // method needs: with any policy but kError it is computed where the method can. Change it for
  // asynchronous trainers, whose groups may arrive in part. Default: an error.
  SmallGroupPolicy declared_small_group = SmallGroupPolicy::kError;

  // What the result holds.

  // Returns (A₊, A₋) of each group instead of an advantage of each row; only where outcomes or 0/1
  // rewards decide everything, and without stages. Writes 8 bytes a group instead of 4 a row.
  // Default: an advantage of each row.
  bool per_group = false;
  // The K to report unbiased Pass@K for, at most kMaxPassAt, in Result::summary and, with
  // `group_statistics`, of each group. Each costs a number per group. Default: none.
  std::vector<std::uint32_t> pass_at;
  // Fills Result::groups and Result::pass_at_k. Turn it off where the summary is enough: groups
  // that are alike are then computed together, which takes half the time or less. Default: on.
  bool group_statistics = true;

  // Stages over the whole batch.

  // What happens after the method, in this order; at most kMaxStages. Each is a pass over the
  // batch. Default: nothing.
  std::vector<Stage> stages;
  // Lets kCenter follow a method whose mean carries meaning, such as pass_at_k_grpo. Set it only if
  // you mean to change the method. Default: a violation.
  bool allow_recentering = false;

  // A batch in parts, one on each rank (docs/numerics.md, "Shards"). Leave alone for whole batches.

  // Moments of the whole batch: one for each that the stages need, in their order
  // (Result::batch_moments). All of them, or, with `moments_only`, those known so far.
  std::vector<BatchMoments> batch_moments;
  // Computes Result::batch_moments and nothing else.
  bool moments_only = false;
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
