#include "client/cpp/computation.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/text.h"
#include "client/cpp/encoding.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

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

absl::Status Computation::Begin(const Batch& batch, const Settings& settings, Reply& reply,
                                RequestBytes& out) {
  if (const auto violations = Check(batch, settings); !violations.empty()) {
    return InvalidArgument(violations);
  }
  batch_ = batch;
  has_advantages_ = !settings.moments_only();
  has_statistics_ = settings.group_statistics();
  forms_ = ChooseForms(batch, settings);
  reply_ = &reply;
  const std::size_t head = settings.ByteSizeLong();
  out.Start(head + MostArrayBytes(batch, forms_));
  settings.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.Extend(head)));
  WriteArrays(batch, forms_, out);
  return {};
}

Reply& Computation::MakeRoom() {
  // Clear() would free a message within a message.
  std::unique_ptr<v1::GroupStatistics> statistics(reply_->release_group_statistics());
  reply_->Clear();
  if (statistics && has_statistics_) {
    statistics->Clear();
    reply_->set_allocated_group_statistics(statistics.release());
  }
  return *reply_;
}

absl::Status Computation::Take() {
  if (forms_.reply_per_group && !Expand(batch_, *reply_)) {
    return absl::InternalError("the answer has another number of groups than the batch");
  }
  const std::size_t rows = has_advantages_ ? batch_.rewards.size() : 0;
  const auto advantages = static_cast<std::size_t>(reply_->advantages_size());
  if (advantages == rows) return {};
  return absl::InternalError(
      Concat("the answer has ", advantages, " advantages for ", rows, " rows"));
}

}  // namespace advantaged::client
