#include "client/cpp/status.h"

#include <grpcpp/support/status.h>

#include <utility>

#include "advantaged/rpc/status.pb.h"

namespace advantaged::client {
namespace {

// The type under which every gRPC library knows these details. Our message has another name and the
// same bytes, so Any::UnpackTo, which compares names, would refuse it.
constexpr char kBadRequestUrl[] = "type.googleapis.com/google.rpc.BadRequest";

std::vector<FieldViolation> DecodeViolations(const std::string& details) {
  std::vector<FieldViolation> violations;
  rpc::Status status;
  if (!status.ParseFromString(details)) return violations;
  for (const auto& detail : status.details()) {
    rpc::BadRequest bad_request;
    if (detail.type_url() != kBadRequestUrl || !bad_request.ParseFromString(detail.value())) {
      continue;
    }
    for (auto& violation : *bad_request.mutable_field_violations()) {
      violations.push_back(
          {std::move(*violation.mutable_field()), std::move(*violation.mutable_description())});
    }
  }
  return violations;
}

}  // namespace

Status Status::InvalidArgument(std::string message) {
  return {kInvalidArgument, std::move(message), {}};
}

Status Status::FromGrpc(const grpc::Status& status) {
  return {static_cast<int>(status.error_code()), status.error_message(),
          DecodeViolations(status.error_details())};
}

}  // namespace advantaged::client
