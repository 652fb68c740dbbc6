#include "server/codec/errors.h"

#include <google/protobuf/util/time_util.h>
#include <grpcpp/support/status.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "advantaged/rpc/status.pb.h"
#include "base/text.h"

namespace advantaged {
namespace {

// Of the message alone, before encoding: half of a character in three bytes would be left
// otherwise.
constexpr std::size_t kMaxMessageBytes = 512;
// Of a description: the first of these that lets all violations fit. Descriptions begin with the
// offending value.
constexpr std::array<std::size_t, 8> kDescriptionBytes = {
    Violations::kMaxTextBytes, 256, 128, 64, 48, 40, 32, 24};
// With shorter descriptions the mentions of values are left out: descriptions begin with the value.
constexpr std::size_t kLeastBytesWithValues = 32;
// Key and length of one entry of a repeated field.
constexpr std::size_t kEntryBytes = 4;
// Everything in the details but the message and the violations.
constexpr std::size_t kEnvelopeBytes = 320;

// Bytes of `text` as the trailer grpc-message carries it.
std::size_t PercentEncodedSize(const std::string& text) {
  const auto plain = std::count_if(text.begin(), text.end(),
                                   [](char c) { return c >= ' ' && c <= '~' && c != '%'; });
  return 3 * text.size() - 2 * static_cast<std::size_t>(plain);
}

static_assert(rpc::Mentions::KIND_GROUP == static_cast<int>(Mention::Kind::kGroup) + 1 &&
              rpc::Mentions::KIND_VALUE == static_cast<int>(Mention::Kind::kValue) + 1);

struct BadRequest {
  rpc::BadRequest texts;
  rpc::Mentions mentions;
};

// The violations with descriptions of at most `limit` bytes, as far as they fit into `budget`.
BadRequest List(const std::vector<Violation>& violations, std::size_t limit, std::size_t budget) {
  BadRequest result;
  for (const Violation& violation : violations) {
    Sentence description(violation.description);
    description.mentions = violation.mentions;
    description = description.CutTo(limit);
    rpc::BadRequest::FieldViolation entry;
    entry.set_field(violation.field);
    entry.set_description(description.text);
    rpc::Mentions mentions;
    for (const Mention& mention : description.mentions) {
      if (mention.kind == Mention::Kind::kValue && limit < kLeastBytesWithValues) continue;
      rpc::Mentions::Mention& added = *mentions.add_mentions();
      added.set_violation(static_cast<std::uint32_t>(result.texts.field_violations_size()));
      added.set_kind(static_cast<rpc::Mentions::Kind>(static_cast<int>(mention.kind) + 1));
      added.set_number(mention.number);
      if (mention.group_id) added.set_group_id(*mention.group_id);
      added.set_begin(mention.begin);
      added.set_end(mention.end);
    }
    const std::size_t size = entry.ByteSizeLong() + kEntryBytes + mentions.ByteSizeLong();
    if (size > budget) break;
    budget -= size;
    *result.texts.add_field_violations() = std::move(entry);
    result.mentions.MergeFrom(mentions);
  }
  return result;
}

BadRequest ToBadRequest(const Violations& violations, std::size_t budget) {
  BadRequest result;
  std::size_t listed = 0;
  // Which fields are wrong matters more than every word about each.
  for (const std::size_t limit : kDescriptionBytes) {
    result = List(violations.listed(), limit, budget);
    listed = static_cast<std::size_t>(result.texts.field_violations_size());
    if (listed == violations.listed().size()) break;
  }
  if (listed < violations.count()) {
    result.texts.add_field_violations()->set_description(
        "and " + std::to_string(violations.count() - listed) + " more");
  }
  return result;
}

void AddDetail(const google::protobuf::Message& detail, const char* type, rpc::Status& status) {
  google::protobuf::Any& any = *status.add_details();
  any.set_type_url(std::string("type.googleapis.com/") + type);
  any.set_value(detail.SerializeAsString());
}

const char* Reason(const CallStatus& status) {
  switch (status.code) {
    case CallStatus::kInvalidArgument:
      return "INVALID_REQUEST";
    case CallStatus::kFailedPrecondition:
      return "NUMERICS_VERSION_MISMATCH";
    case CallStatus::kPermissionDenied:
      return "CLIENT_CERTIFICATE_NEEDED";
    case CallStatus::kResourceExhausted:
      return status.retry_delay ? "BUSY" : "REQUEST_TOO_LARGE";
    case CallStatus::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case CallStatus::kCancelled:
      return "CANCELLED";
    case CallStatus::kUnimplemented:
      return "UNKNOWN_FIELDS";
    case CallStatus::kUnavailable:
      return "SHUTTING_DOWN";
    default:
      return "INTERNAL";
  }
}

rpc::UnknownFields ToUnknownFields(const std::vector<UnknownField>& fields) {
  rpc::UnknownFields result;
  result.set_server_version(ADVANTAGED_VERSION);
  for (const UnknownField& field : fields) {
    rpc::UnknownFields::Field& entry = *result.add_fields();
    entry.set_message(field.message);
    entry.set_number(field.number);
  }
  return result;
}

rpc::RetryInfo ToRetryInfo(std::chrono::milliseconds delay) {
  rpc::RetryInfo info;
  *info.mutable_retry_delay() =
      google::protobuf::util::TimeUtil::MillisecondsToDuration(delay.count());
  return info;
}

}  // namespace

rpc::Status ToRpcStatus(const CallStatus& status, std::size_t max_bytes) {
  const std::string message = Cut(status.message, kMaxMessageBytes);
  rpc::Status result;
  result.set_code(status.code);
  result.set_message(message);
  if (!status.violations.empty()) {
    const BadRequest wrong =
        ToBadRequest(status.violations, max_bytes - message.size() - kEnvelopeBytes);
    AddDetail(wrong.texts, "google.rpc.BadRequest", result);
    if (wrong.mentions.mentions_size() > 0) {
      AddDetail(wrong.mentions, "advantaged.rpc.Mentions", result);
    }
  }
  if (!status.unknown_fields.empty()) {
    AddDetail(ToUnknownFields(status.unknown_fields), "advantaged.rpc.UnknownFields", result);
  }
  if (status.retry_delay) {
    AddDetail(ToRetryInfo(*status.retry_delay), "google.rpc.RetryInfo", result);
  }
  rpc::ErrorInfo info;
  info.set_reason(Reason(status));
  info.set_domain("advantaged");
  AddDetail(info, "google.rpc.ErrorInfo", result);
  return result;
}

grpc::Status ToGrpcStatus(const CallStatus& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message = Cut(status.message, kMaxMessageBytes);
  // Base64 makes four bytes of three.
  const std::size_t room = (kMaxErrorBytes - PercentEncodedSize(message)) / 4 * 3;
  return {static_cast<grpc::StatusCode>(status.code), message,
          ToRpcStatus(status, room).SerializeAsString()};
}

}  // namespace advantaged
