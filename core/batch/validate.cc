#include "core/batch/validate.h"

#include <cmath>
#include <set>
#include <string_view>

#include "base/counted.h"
#include "base/text.h"
#include "core/violations/sentence.h"

namespace advantaged {
namespace {

// False if there are not as many bytes as `responses` need.
bool CheckBits(const BitSpan& bits, std::string_view field, std::size_t responses,
               Violations& violations) {
  if (bits.empty()) return true;
  const std::size_t bytes = (responses + 7) / 8;
  if (bits.bytes.size() != bytes) {
    violations.Add(std::string(field),
                   Concat(Counted(bits.bytes.size(), "byte", "bytes"), "; a bitmap of ",
                          Counted(responses, "response", "responses"), " has ", bytes));
    return false;
  }
  const unsigned stray = bits.bytes.back() & (responses % 8 == 0 ? 0U : 0xFFU << (responses % 8));
  if (stray != 0) {
    violations.Add(At(field, bytes - 1),
                   Concat("last byte is ", bits.bytes.back() + 0U, "; the bits beyond the ",
                          responses, " responses must be 0"));
  }
  return true;
}

std::size_t CountResponses(const Batch& batch, Violations& violations) {
  const bool floats = !batch.rewards.empty();
  const bool bits = !batch.reward_bits.empty();
  if (floats && bits) {
    violations.Add("rewards", "exactly one of rewards and reward_bits must be set; both are");
  }
  if (floats) {
    const std::size_t responses = batch.rewards.size();
    if (batch.response_count != 0 && batch.response_count != responses) {
      violations.Add("response_count",
                     Concat(batch.response_count, "; there are ", responses, " rewards"));
    }
    return responses;
  }
  if (!bits) {
    violations.Add(
        "rewards",
        "exactly one of rewards and reward_bits must be set; none is: the batch is empty");
  } else if (batch.response_count == 0) {
    violations.Add("response_count", "0; it is required with reward_bits");
  }
  return bits ? batch.response_count : 0;
}

void CheckTrajectories(const Batch& batch, std::size_t rows, Violations& violations) {
  if (batch.trajectory_ids.empty()) {
    if (batch.trajectory_reward != TrajectoryReward::kEqualOrError) {
      violations.Add("trajectory_reward", "set, but there are no trajectory_ids");
    }
    return;
  }
  if (batch.trajectory_ids.size() != rows) {
    violations.Add("trajectory_ids", Concat(Counted(batch.trajectory_ids.size(), "id", "ids"),
                                            " for ", Counted(rows, "row", "rows")));
  }
  if (batch.trajectory_reward == TrajectoryReward::kSum && !batch.reward_bits.empty()) {
    violations.Add("trajectory_reward",
                   "the sum of reward_bits is a count, not a bit; send it as rewards");
  }
}

void CheckPassAt(const std::vector<std::uint32_t>& pass_at, Violations& violations) {
  if (pass_at.size() > kMaxPassAt) {
    violations.Add("pass_at",
                   Concat(pass_at.size(), " values; at most ", kMaxPassAt, " are allowed"));
    return;
  }
  std::set<std::uint32_t> seen;
  for (std::size_t i = 0; i < pass_at.size(); ++i) {
    if (pass_at[i] == 0) violations.Add(At("pass_at", i), Compose(ValueOf(0), " is below 1"));
    if (!seen.insert(pass_at[i]).second) {
      violations.Add(At("pass_at", i), Compose(ValueOf(pass_at[i]), " is listed twice"));
    }
  }
}

void CheckAgainstMethod(const Request& request, const MethodRow& row, Violations& violations) {
  const Options& options = request.options;
  if (options.shape_rewards && !row.shapes_rewards()) {
    violations.Add("shape_rewards",
                   Concat("true, but ", row.name, " is not a factor times a base advantage"));
  }
  if (row.needs_lengths && request.batch.lengths.empty()) {
    violations.Add("lengths", Concat("not set; ", row.name, " needs the length of every response"));
  }
  if (options.per_group && (options.shape_rewards || !row.has_table())) {
    violations.Add("reply_form", Concat("one pair of advantages per group is impossible: ",
                                        options.shape_rewards ? "with shape_rewards" : row.name,
                                        " they depend on more than the outcome"));
  }
}

}  // namespace

std::size_t CheckArrays(const Batch& batch, Violations& violations) {
  const std::size_t responses = CountResponses(batch, violations);
  if (responses > kMaxResponses) {
    violations.Add(
        batch.rewards.empty() ? "response_count" : "rewards",
        Concat(responses, " responses; at most ", kMaxResponses, " are allowed in one batch"));
    return 0;
  }
  if (responses == 0) return 0;
  // Otherwise N is only a claim, and nothing of its size may be allocated.
  if (!CheckBits(batch.reward_bits, "reward_bits", responses, violations)) return 0;
  CheckBits(batch.valid, "valid", responses, violations);
  CheckBits(batch.outcomes, "outcomes", responses, violations);
  if (!batch.lengths.empty() && batch.lengths.size() != responses) {
    violations.Add("lengths", Concat(Counted(batch.lengths.size(), "length", "lengths"), " for ",
                                     Counted(responses, "response", "responses")));
  }
  CheckTrajectories(batch, responses, violations);
  if (batch.expected_group_size && *batch.expected_group_size == 0) {
    violations.Add("expected_group_size", Compose(ValueOf(0), " is below 1"));
  }
  return responses;
}

void CheckOptions(const Request& request, const ResolvedMethod& method, Violations& violations) {
  const Options& options = request.options;
  if (options.success_threshold) {
    const double threshold = *options.success_threshold;
    const auto refuse = [&](std::string_view why) {
      violations.Add("success_threshold", Compose(ValueOf(threshold), why));
    };
    const auto as_reward = static_cast<float>(threshold);
    if (!std::isfinite(threshold)) {
      refuse(" is not finite");
    } else if (!std::isfinite(as_reward)) {
      refuse(" is beyond float32, in which rewards are compared with it");
    } else if (as_reward == 0 && threshold != 0) {
      refuse(" is 0 in float32, in which rewards are compared with it");
    }
    if (!request.batch.outcomes.empty()) {
      refuse(" together with outcomes, which already say what succeeded");
    }
    if (!request.batch.reward_bits.empty()) {
      refuse(" together with reward_bits, which are outcomes already");
    }
  }
  if (!std::isfinite(options.constant_tolerance) || options.constant_tolerance < 0) {
    violations.Add("constant_tolerance",
                   Compose(ValueOf(options.constant_tolerance), " is not a finite number ≥ 0"));
  }
  CheckPassAt(options.pass_at, violations);
  if (method.row != nullptr) CheckAgainstMethod(request, *method.row, violations);
}

}  // namespace advantaged
