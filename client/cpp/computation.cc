#include "client/cpp/computation.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/text.h"
#include "client/cpp/encoding.h"
#include "client/cpp/field_paths.h"
#include "client/cpp/grpc_status.h"
#include "client/cpp/merge.h"

namespace advantaged::client {
namespace {

// Bytes that requests for parts may bring besides: moments, and the required version.
std::size_t MostAdded(const Settings& settings) {
  constexpr std::size_t kOfMoments = 32;
  return 16 + kOfMoments * static_cast<std::size_t>(settings.stages_size());
}

std::vector<Violation> Check(const Batch& batch, const Settings& settings) {
  std::vector<Violation> violations;
  std::vector<const google::protobuf::FieldDescriptor*> set;
  settings.GetReflection()->ListFields(settings, &set);
  for (const auto* field : set) {
    if (!IsOfBatch(field->name())) continue;
    violations.push_back({field->name(), "set in the settings; it is for the batch to say"});
  }
  const std::size_t rows = batch.rewards.size();
  for (const auto& [name, mask] : {std::pair("valid", batch.valid), {"outcomes", batch.outcomes}}) {
    if (mask.values().empty() || mask.values().size() == rows) continue;
    violations.push_back({name, Concat(mask.values().size(), " values for ", rows, " responses")});
  }
  return violations;
}

bool NeedMoments(const Settings& settings) {
  return std::ranges::any_of(settings.stages(), [](const v1::Stage& s) { return !s.has_clip(); });
}

}  // namespace

bool IsOfBatch(const std::string& field) {
  constexpr std::string_view kNames[] = {
      "rewards", "reward_bits", "response_count", "group_size",     "group_sizes", "group_ids",
      "valid",   "outcomes",    "lengths",        "trajectory_ids", "reply_form"};
  std::string_view name = field;
  for (const std::string_view sibling : {"_fixed32_le", "_float32_le"}) {
    if (name.ends_with(sibling)) name.remove_suffix(sibling.size());
  }
  return std::ranges::find(kNames, name) != std::end(kNames);
}

absl::Status Computation::Begin(const Batch& batch, const Settings& settings, Reply& reply) {
  if (const auto violations = Check(batch, settings); !violations.empty()) {
    return InvalidArgument(violations);
  }
  batch_ = batch;
  settings_ = settings;
  forms_ = ChooseForms(batch, settings);
  reply_ = &reply;
  whole_ = WholeBatch(batch);
  parts_.clear();
  done_ = false;
  return {};
}

std::size_t Computation::request_bytes() const {
  return settings_.ByteSizeLong() +
         (parts_.empty() ? MostArrayBytes(batch_, forms_)
                         : MostArrayBytes(batch_, forms_, part().row_count, part().groups));
}

std::size_t Computation::request_rows() const { return part().row_count; }

absl::Status Computation::CutTo(const CallLimits& limits) {
  auto parts = Cut(batch_, forms_, settings_.ByteSizeLong() + MostAdded(settings_), limits);
  if (!parts.ok()) return parts.status();
  if (parts_.empty()) {
    for_moments_ =
        NeedMoments(settings_) && settings_.batch_moments_size() == 0 && !settings_.moments_only();
    if (for_moments_) settings_.set_moments_only(true);
  }
  parts_ = *std::move(parts);
  next_ = 0;
  round_.Clear();
  reply_->Clear();
  return {};
}

void Computation::Write(RequestBytes& out) const {
  const std::size_t head = settings_.ByteSizeLong();
  out.Start(request_bytes());
  settings_.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.Extend(head)));
  if (parts_.empty()) {
    WriteArrays(batch_, forms_, out);
  } else {
    WriteArrays(batch_, forms_, part(), out);
  }
}

Reply& Computation::MakeRoom() {
  Reply& reply = parts_.empty() ? *reply_ : part_reply_;
  // Clear() would free a message within a message.
  std::unique_ptr<v1::GroupStatistics> statistics(reply.release_group_statistics());
  reply.Clear();
  if (statistics && settings_.group_statistics()) {
    statistics->Clear();
    reply.set_allocated_group_statistics(statistics.release());
  }
  return reply;
}

absl::Status Computation::Take() {
  if (parts_.empty()) {
    done_ = true;
    if (!forms_.reply_per_group || Expand(batch_, 0, whole_.row_count, 0, *reply_)) return {};
    return absl::InternalError("the answer has another number of groups than the batch");
  }
  // All parts by the same numerics, or none: replicas may differ while they are being replaced.
  settings_.set_required_numerics_version(part_reply_.numerics_version());
  return for_moments_ ? TakeMoments() : TakeAdvantages();
}

absl::Status Computation::TakeMoments() {
  const int known = settings_.batch_moments_size();
  const bool more = part_reply_.batch_moments_size() > known;
  if (!more && next_ > 0) return absl::InternalError("the parts of a batch need other moments");
  if (more) {
    round_ = Merge(round_, part_reply_.batch_moments(known));
    if (++next_ < parts_.size()) return {};
    next_ = 0;
    // Without weight there is nothing to bring; the parts will say so.
    if (round_.weight() > 0) {
      *settings_.add_batch_moments() = std::exchange(round_, {});
      return {};
    }
    settings_.clear_batch_moments();
  }
  for_moments_ = false;
  settings_.clear_moments_only();
  return {};
}

absl::Status Computation::TakeAdvantages() {
  const Part& part = parts_[next_];
  const bool has_rows = !settings_.moments_only();
  if (forms_.reply_per_group &&
      !Expand(batch_, part.first_row, part.row_count, part.first_group, part_reply_)) {
    return absl::InternalError("an answer has another number of groups than its part");
  }
  if (has_rows && static_cast<std::size_t>(part_reply_.advantages_size()) != part.row_count) {
    return absl::InternalError("an answer has another number of advantages than its part rows");
  }
  Merge(part_reply_, *reply_);
  if (has_rows) {
    auto& advantages = *reply_->mutable_advantages();
    advantages.Resize(static_cast<int>(batch_.rewards.size()), 0);
    for (std::size_t i = 0; i < part.row_count; ++i) {
      advantages[static_cast<int>(part.RowOf(i))] = part_reply_.advantages(static_cast<int>(i));
    }
  }
  done_ = ++next_ == parts_.size();
  return {};
}

absl::Status Computation::Explain(const absl::Status& refusal) const {
  return InWordsOfBatch(refusal, part());
}

}  // namespace advantaged::client
