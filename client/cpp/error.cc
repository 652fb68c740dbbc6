#include "advantaged/client/error.h"

#include <absl/strings/cord.h>

#include <utility>

#include "advantaged/rpc/status.pb.h"
#include "base/text.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::client {
namespace {

// The types under which every gRPC library knows these details. Our messages have other names and
// the same bytes, so Any::UnpackTo, which compares names, would refuse them.
constexpr char kBadRequestUrl[] = "type.googleapis.com/google.rpc.BadRequest";
constexpr char kMentionsUrl[] = "type.googleapis.com/advantaged.rpc.Mentions";
constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";

constexpr char kTooLarge[] = "REQUEST_TOO_LARGE";

template <typename Detail>
std::optional<Detail> DetailOf(const absl::Status& status, const char* url) {
  const auto payload = status.GetPayload(url);
  Detail detail;
  if (!payload || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

}  // namespace

std::vector<Violation> Violations(const absl::Status& status) {
  std::vector<Violation> violations;
  auto bad_request = DetailOf<rpc::BadRequest>(status, kBadRequestUrl);
  if (!bad_request) return violations;
  for (auto& violation : *bad_request->mutable_field_violations()) {
    violations.push_back(
        {std::move(*violation.mutable_field()), std::move(*violation.mutable_description())});
  }
  const auto mentions = DetailOf<rpc::Mentions>(status, kMentionsUrl).value_or(rpc::Mentions());
  for (const rpc::Mentions::Mention& mention : mentions.mentions()) {
    if (mention.violation() >= violations.size()) continue;
    Violation& violation = violations[mention.violation()];
    const bool in_text =
        mention.begin() <= mention.end() && mention.end() <= violation.description.size();
    const bool known = rpc::Mentions::Kind_IsValid(mention.kind());
    violation.mentions.push_back({
        .kind = known ? static_cast<Mention::Kind>(mention.kind()) : Mention::Kind::kUnknown,
        .number = mention.number(),
        .group_id = mention.has_group_id() ? std::optional(mention.group_id()) : std::nullopt,
        .begin = in_text ? mention.begin() : 0,
        .end = in_text ? mention.end() : 0,
    });
  }
  return violations;
}

std::optional<std::chrono::milliseconds> RetryDelay(const absl::Status& status) {
  const auto info = DetailOf<rpc::RetryInfo>(status, kRetryInfoUrl);
  if (!info) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::seconds(info->retry_delay().seconds()) +
      std::chrono::nanoseconds(info->retry_delay().nanos()));
}

bool IsTooLarge(const absl::Status& status) {
  const auto info = DetailOf<rpc::ErrorInfo>(status, kErrorInfoUrl);
  return absl::IsResourceExhausted(status) && info && info->reason() == kTooLarge;
}

bool IsUnreachable(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status);
}

absl::Status FromGrpc(const grpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return result;
  for (const auto& detail : details.details()) {
    result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

absl::Status TooLarge(const std::string& message) {
  absl::Status status = absl::ResourceExhaustedError(message);
  rpc::ErrorInfo info;
  info.set_reason(kTooLarge);
  info.set_domain("advantaged");
  status.SetPayload(kErrorInfoUrl, absl::Cord(info.SerializeAsString()));
  return status;
}

absl::Status Exhausted(absl::Status status, bool for_good) {
  const std::string message = Message(status);
  // gRPC's own refusal has both sizes, and comes before any code of the server runs.
  if (message.find("larger than max") != std::string::npos) {
    return TooLarge(Concat(message, " (--max-request-bytes)"));
  }
  if (for_good && !RetryDelay(status)) return TooLarge(message);
  return status;
}

absl::Status InvalidArgument(const std::vector<Violation>& violations) {
  const Violation& first = violations.front();
  std::string message = Concat(first.field, ": ", first.description);
  if (violations.size() > 1) Append(message, Concat(" (and ", violations.size() - 1, " more)"));
  absl::Status status = absl::InvalidArgumentError(message);
  SetViolations(violations, status);
  return status;
}

void SetViolations(const std::vector<Violation>& violations, absl::Status& status) {
  rpc::BadRequest bad_request;
  rpc::Mentions mentions;
  for (const Violation& violation : violations) {
    for (const Mention& mention : violation.mentions) {
      rpc::Mentions::Mention& added = *mentions.add_mentions();
      added.set_violation(static_cast<std::uint32_t>(bad_request.field_violations_size()));
      added.set_kind(static_cast<rpc::Mentions::Kind>(mention.kind));
      added.set_number(mention.number);
      if (mention.group_id) added.set_group_id(*mention.group_id);
      added.set_begin(mention.begin);
      added.set_end(mention.end);
    }
    auto& added = *bad_request.add_field_violations();
    added.set_field(violation.field);
    added.set_description(violation.description);
  }
  status.SetPayload(kBadRequestUrl, absl::Cord(bad_request.SerializeAsString()));
  if (mentions.mentions_size() > 0) {
    status.SetPayload(kMentionsUrl, absl::Cord(mentions.SerializeAsString()));
  } else {
    status.ErasePayload(kMentionsUrl);
  }
}

}  // namespace advantaged::client
