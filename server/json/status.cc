#include "server/json/status.h"

#include <nlohmann/json.hpp>
#include <string>

#include "advantaged/rpc/status.pb.h"
#include "server/codec/errors.h"
#include "server/json/codec.h"

namespace advantaged {
namespace {

using Json = nlohmann::ordered_json;

// No limit: a body may have any size.
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

http::status ToHttp(const CallStatus& status) {
  switch (status.code) {
    case CallStatus::kInvalidArgument:
    case CallStatus::kFailedPrecondition:
      return http::status::bad_request;
    case CallStatus::kPermissionDenied:
      return http::status::forbidden;
    case CallStatus::kResourceExhausted:
      return status.retry_delay ? http::status::too_many_requests : http::status::payload_too_large;
    case CallStatus::kDeadlineExceeded:
      return http::status::gateway_timeout;
    case CallStatus::kCancelled:
      return http::status::client_closed_request;
    case CallStatus::kUnavailable:
      return http::status::service_unavailable;
    default:
      return http::status::internal_server_error;
  }
}

// protobuf's own JSON of an Any needs types of the URL's names; ours have other packages.
Json ToJson(const google::protobuf::Any& any) {
  Json json = {{"@type", any.type_url()}};
  const std::string_view type = std::string_view(any.type_url()).substr(any.type_url().rfind('.'));
  rpc::BadRequest bad_request;
  rpc::Mentions mentions;
  rpc::RetryInfo retry;
  rpc::ErrorInfo info;
  google::protobuf::Message* detail = &info;
  if (type == ".BadRequest") detail = &bad_request;
  if (type == ".Mentions") detail = &mentions;
  if (type == ".RetryInfo") detail = &retry;
  detail->ParseFromString(any.value());
  json.update(Json::parse(PrintJson(*detail)));
  return json;
}

}  // namespace

http::Response ToHttpResponse(const CallStatus& status) {
  const rpc::Status full = ToRpcStatus(status, kMaxBytes);
  Json json = {{"code", full.code()}, {"message", full.message()}, {"details", Json::array()}};
  for (const auto& detail : full.details()) json["details"].push_back(ToJson(detail));
  http::Response response{.code = ToHttp(status),
                          .content_type = "application/json",
                          .body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'};
  if (status.retry_delay) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*status.retry_delay);
    response.fields.emplace_back("Retry-After", std::to_string(seconds.count()));
  }
  return response;
}

}  // namespace advantaged
