#include "server/codec/codec.h"

#include <bit>
#include <cstring>

#include "advantaged/v1/stages.pb.h"
#include "base/counted.h"
#include "base/text.h"
#include "server/codec/method.h"
#include "server/codec/stages.h"

namespace advantaged {
namespace {

static_assert(std::endian::native == std::endian::little, "the …_le fields are viewed as they are");

std::span<const std::uint8_t> Bytes(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

template <typename Value>
std::span<const Value> Packed(const google::protobuf::RepeatedField<Value>& field) {
  return {field.data(), static_cast<std::size_t>(field.size())};
}

SmallGroupPolicy DecodePolicy(std::string_view field, v1::SmallGroupPolicy policy,
                              SmallGroupPolicy unspecified, Violations& violations) {
  switch (policy) {
    case v1::SMALL_GROUP_POLICY_UNSPECIFIED:
      return unspecified;
    case v1::SMALL_GROUP_POLICY_ZERO:
      return SmallGroupPolicy::kZero;
    case v1::SMALL_GROUP_POLICY_ERROR:
      return SmallGroupPolicy::kError;
    case v1::SMALL_GROUP_POLICY_RAW:
      return SmallGroupPolicy::kRaw;
    case v1::SMALL_GROUP_POLICY_CLAMP_K:
      return SmallGroupPolicy::kClampK;
    default:
      violations.Add(std::string(field),
                     Concat(static_cast<int>(policy), " is not a value of SmallGroupPolicy"));
      return unspecified;
  }
}

// Allows what needs no quoting in a label, a query or a file's name.
void CheckRun(std::string_view run, Violations& violations) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  if (run.size() > 32) {
    violations.Add("run", Concat(run.size(), " bytes; must have at most 32"));
  } else if (run.find_first_not_of(kLetters) != std::string_view::npos) {
    violations.Add("run", Concat("\"", run, "\" has characters outside [a-z0-9_-]"));
  }
}

TrajectoryReward DecodeTrajectoryReward(v1::TrajectoryReward reward, Violations& violations) {
  switch (reward) {
    case v1::TRAJECTORY_REWARD_UNSPECIFIED:
    case v1::TRAJECTORY_REWARD_EQUAL_OR_ERROR:
      return TrajectoryReward::kEqualOrError;
    case v1::TRAJECTORY_REWARD_LAST:
      return TrajectoryReward::kLast;
    case v1::TRAJECTORY_REWARD_SUM:
      return TrajectoryReward::kSum;
    default:
      violations.Add("trajectory_reward",
                     Concat(static_cast<int>(reward), " is not a value of TrajectoryReward"));
      return TrajectoryReward::kEqualOrError;
  }
}

v1::GroupOutcome EncodeOutcome(GroupOutcome outcome) {
  static constexpr v1::GroupOutcome kOutcomes[] = {
      v1::GROUP_OUTCOME_EMPTY,    v1::GROUP_OUTCOME_ALL_FAIL, v1::GROUP_OUTCOME_MIXED,
      v1::GROUP_OUTCOME_ALL_PASS, v1::GROUP_OUTCOME_CONSTANT, v1::GROUP_OUTCOME_VARIED};
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

void EncodeSummary(const Summary& summary, v1::Summary& out) {
  out.set_groups(summary.groups);
  out.set_responses(summary.responses);
  out.set_masked_responses(summary.masked_responses);
  out.set_all_fail_groups(summary.all_fail);
  out.set_mixed_groups(summary.mixed);
  out.set_all_pass_groups(summary.all_pass);
  out.set_constant_groups(summary.constant);
  out.set_varied_groups(summary.varied);
  out.set_empty_groups(summary.empty);
  out.set_small_groups(summary.small);
  out.set_suspicious_groups(summary.suspicious);
  if (summary.mean_success_rate) out.set_mean_success_rate(*summary.mean_success_rate);
  for (const Summary::PassAtK& pass : summary.pass_at_k) {
    v1::PassAtK& column = *out.add_pass_at_k();
    column.set_k(pass.k);
    if (pass.mean) column.set_mean(*pass.mean);
    column.set_groups(pass.groups);
  }
  out.set_no_signal_share(summary.no_signal_share);
  out.set_mean_absolute_advantage(summary.mean_absolute);
  out.set_sd_absolute_advantage(summary.sd_absolute);
  out.set_max_absolute_advantage(summary.max_absolute);
  out.set_positive_weight(summary.positive_weight);
  out.set_negative_weight(summary.negative_weight);
  out.set_incomplete_groups(summary.incomplete);
}

}  // namespace

// One array from its two siblings; the packed one if both are set, with a violation.
template <typename Value>
std::span<const Value> DecodedRequest::Pick(const BatchArray<Value>& array,
                                            const v1::ComputeAdvantagesRequest& message,
                                            std::vector<Value>& copy, Violations& violations) {
  const std::span<const Value> packed = Packed((message.*array.packed)());
  const std::string& bytes = (message.*array.bytes)();
  if (bytes.empty()) return packed;
  std::string sibling(array.bytes_name);
  if (!packed.empty()) {
    violations.Add(std::move(sibling),
                   Concat("set together with ", array.name, "; set only one of them"));
    return packed;
  }
  if (bytes.size() % sizeof(Value) != 0) {
    violations.Add(sibling, Concat(Counted(bytes.size(), "byte", "bytes"), "; not a multiple of ",
                                   sizeof(Value)));
  }
  renamed_.emplace_back(array.name, std::move(sibling));
  const std::size_t size = bytes.size() / sizeof(Value);
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(Value) == 0) {
    return {reinterpret_cast<const Value*>(bytes.data()), size};
  }
  copy.resize(size);
  std::memcpy(copy.data(), bytes.data(), size * sizeof(Value));
  return copy;
}

DecodedRequest::DecodedRequest(const v1::ComputeAdvantagesRequest& message,
                               Violations& violations) {
  request_.method = DecodeMethod(message.method());
  Batch& batch = request_.batch;
  batch.rewards = Pick(kRewards, message, rewards_, violations);
  batch.reward_bits.bytes = Bytes(message.reward_bits());
  if (batch.rewards.empty() && !batch.reward_bits.empty())
    renamed_.emplace_back(kRewards.name, kRewardBitsName);
  batch.response_count = message.response_count();
  if (message.has_group_size()) batch.group_size = message.group_size();
  batch.group_sizes = Pick(kGroupSizes, message, group_sizes_, violations);
  batch.group_ids = Pick(kGroupIds, message, group_ids_, violations);
  if (message.has_expected_group_size()) batch.expected_group_size = message.expected_group_size();
  batch.valid.bytes = Bytes(message.valid());
  batch.outcomes.bytes = Bytes(message.outcomes());
  batch.lengths = Pick(kLengths, message, lengths_, violations);
  batch.trajectory_ids = Pick(kTrajectoryIds, message, trajectory_ids_, violations);
  batch.trajectory_reward = DecodeTrajectoryReward(message.trajectory_reward(), violations);
  DecodeOptions(message, violations);
  DecodeStages(message, request_.options, violations);
}

void DecodedRequest::DecodeOptions(const v1::ComputeAdvantagesRequest& message,
                                   Violations& violations) {
  Options& options = request_.options;
  if (message.has_success_threshold()) options.success_threshold = message.success_threshold();
  options.shape_rewards = message.shape_rewards();
  options.zero_unless_mixed = message.zero_unless_mixed();
  options.constant_tolerance = message.constant_tolerance();
  options.small_group =
      DecodePolicy("small_group", message.small_group(), options.small_group, violations);
  options.declared_small_group =
      DecodePolicy("declared_small_group", message.declared_small_group(),
                   options.declared_small_group, violations);
  options.pass_at.assign(message.pass_at().begin(), message.pass_at().end());
  CheckRun(message.run(), violations);
  options.per_group = message.reply_form() == v1::REPLY_FORM_ADVANTAGES_PER_GROUP;
  if (!v1::ReplyForm_IsValid(message.reply_form())) {
    violations.Add("reply_form",
                   Concat(static_cast<int>(message.reply_form()), " is not a value of ReplyForm"));
  }
}

void DecodedRequest::NameFields(Violations& violations) const {
  for (const auto& [from, to] : renamed_) violations.Rename(from, to);
}

std::span<float> RoomInMessage(v1::ReplyForm form, std::size_t size,
                               v1::ComputeAdvantagesResponse& response) {
  if (form == v1::REPLY_FORM_ADVANTAGES_FLOAT32_LE) {
    std::string& bytes = *response.mutable_advantages_float32_le();
    bytes.resize(size * sizeof(float));
    return {reinterpret_cast<float*>(bytes.data()), size};
  }
  google::protobuf::RepeatedField<float>& floats = form == v1::REPLY_FORM_ADVANTAGES_PER_GROUP
                                                       ? *response.mutable_advantages_per_group()
                                                       : *response.mutable_advantages();
  floats.Resize(static_cast<int>(size), 0.0F);
  return {floats.mutable_data(), size};
}

ReplyObserver::ReplyObserver(const v1::ComputeAdvantagesRequest& request,
                             v1::ComputeAdvantagesResponse& response, GroupObserver* next)
    : response_(response),
      statistics_(request.group_statistics() ? response.mutable_group_statistics() : nullptr),
      with_ids_(!kGroupIds.IsEmpty(request)),
      summary_({request.pass_at().data(), static_cast<std::size_t>(request.pass_at_size())}),
      next_(next) {
  if (statistics_ == nullptr) return;
  for (const std::uint32_t k : request.pass_at()) statistics_->add_pass_at_k()->set_k(k);
}

void ReplyObserver::OnGroup(const GroupReport& report, std::uint64_t times) {
  summary_.Add(report, times);
  if (next_ != nullptr) next_->OnGroup(report, times);
  if (statistics_ == nullptr) return;
  const GroupStatistics& group = report.statistics;
  if (with_ids_) statistics_->add_group_ids(group.id);
  statistics_->add_n(group.n);
  statistics_->add_c(group.c);
  statistics_->add_outcome(EncodeOutcome(group.outcome));
  statistics_->add_success_rate(group.success_rate);
  statistics_->add_mean(group.mean);
  statistics_->add_sd(group.sd);
  statistics_->add_priority(group.priority);
  for (std::size_t i = 0; i < report.pass_at_k.size(); ++i) {
    statistics_->mutable_pass_at_k(static_cast<int>(i))->add_value(report.pass_at_k[i]);
  }
}

void ReplyObserver::OnAdvantages(std::span<const float> advantages) {
  summary_.Add(advantages);
  if (next_ != nullptr) next_->OnAdvantages(advantages);
}

void ReplyObserver::OnAdvantage(float advantage, std::uint64_t times) {
  summary_.Add(advantage, times);
  if (next_ != nullptr) next_->OnAdvantage(advantage, times);
}

void ReplyObserver::OnClipped(std::uint64_t low, std::uint64_t high) {
  if (next_ != nullptr) next_->OnClipped(low, high);
}

void ReplyObserver::Finish(std::size_t responses) {
  EncodeSummary(summary_.Build(responses), *response_.mutable_summary());
}

void EncodeNotes(const Computation::Notes& notes, v1::ComputeAdvantagesResponse& response) {
  static constexpr v1::Warning::Code kCodes[] = {
      v1::Warning::CODE_NEGATIVE_ADVANTAGE_OF_CORRECT, v1::Warning::CODE_SUSPICIOUS_SPREAD,
      v1::Warning::CODE_SMALL_GROUPS, v1::Warning::CODE_INCOMPLETE_GROUPS,
      v1::Warning::CODE_PASS_AT_TOO_LARGE};
  for (const Warning& warning : notes.warnings) {
    v1::Warning& out = *response.add_warnings();
    out.set_code(kCodes[static_cast<std::size_t>(warning.code)]);
    out.set_message(warning.message);
    out.set_groups(warning.groups);
    out.set_limit(warning.limit);
  }
  for (const BatchMoments& moments : notes.batch_moments) {
    v1::BatchMoments& out = *response.add_batch_moments();
    out.set_weight(moments.weight);
    out.set_mean(moments.mean);
    out.set_centred_squares(moments.centred_squares);
  }
}

}  // namespace advantaged
