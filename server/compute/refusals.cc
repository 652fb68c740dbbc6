#include "server/compute/refusals.h"

#include <new>
#include <optional>
#include <string>
#include <utility>

#include "advantaged/v1/compute.pb.h"
#include "base/text.h"
#include "server/metrics/metrics.h"

namespace advantaged {
namespace {

using std::chrono::milliseconds;

// For limits that other calls fill: when they end is not known, and most end soon.
constexpr milliseconds kSoon{100};

CallStatus Exhausted(std::string message, std::optional<milliseconds> delay) {
  return {
      .code = CallStatus::kResourceExhausted, .message = std::move(message), .retry_delay = delay};
}

}  // namespace

Refusals::Refusals(const ComputeLimits& limits, Metrics& metrics)
    : metrics_(metrics),
      max_request_bytes_(limits.max_request_bytes),
      max_metadata_bytes_(limits.max_metadata_bytes) {}

CallStatus Refusals::CheckWaiting(CallStage stage, GivenUp given_up) {
  if (given_up == GivenUp::kNo) return {};
  metrics_.load().Count(stage, given_up);
  if (given_up == GivenUp::kDeadline) {
    return {.code = CallStatus::kDeadlineExceeded,
            .message = "the deadline passed before the answer was ready"};
  }
  return {.code = CallStatus::kCancelled, .message = "the caller cancelled the call"};
}

CallStatus Refusals::CheckMetadata(std::size_t bytes) {
  const std::uint32_t limit = max_metadata_bytes_;
  if (bytes <= limit) return {};
  metrics_.load().Count(Rejection::kMetadataTooLarge);
  return Exhausted(Concat("the metadata has ", bytes, " bytes; this server accepts ", limit,
                          " (--max-metadata-bytes)"),
                   std::nullopt);
}

CallStatus Refusals::CheckRequestBytes(std::size_t bytes) {
  if (bytes <= max_request_bytes_) return {};
  metrics_.load().Count(Rejection::kTooLarge);
  return Exhausted(
      Concat("the request has ", bytes, " bytes; this server accepts ", max_request_bytes_,
             " (--max-request-bytes): raise it, or cut the batch between groups"),
      std::nullopt);
}

CallStatus Refusals::CheckAdmission(Admission::Refusal why, std::uint64_t bytes) {
  switch (why) {
    case Admission::Refusal::kNone:
      break;
    case Admission::Refusal::kCalls:
      metrics_.load().Count(Rejection::kCalls);
      return Exhausted("too many calls in flight (--max-in-flight-calls)", kSoon);
    case Admission::Refusal::kBytes:
      metrics_.load().Count(Rejection::kBytes);
      return Exhausted("too many bytes in flight (--max-in-flight-bytes)", kSoon);
    case Admission::Refusal::kNever:
      metrics_.load().Count(Rejection::kBytes);
      return Exhausted(Concat("the request and its answer have ", bytes,
                              " bytes, more than one connection may have in flight "
                              "(--max-in-flight-bytes, --connection-share)"),
                       std::nullopt);
    case Admission::Refusal::kConnectionShare:
      metrics_.load().Count(Rejection::kConnectionShare);
      return Exhausted(
          "this connection has its share of calls or bytes in flight (--connection-share)", kSoon);
  }
  return {};
}

CallStatus Refusals::QueueFull(milliseconds delay) {
  metrics_.load().Count(Rejection::kQueue);
  return Exhausted("the queue is full (--max-queued-calls)", delay);
}

CallStatus Refusals::NotServing() {
  metrics_.load().Count(Rejection::kDraining);
  return {.code = CallStatus::kUnavailable, .message = "starting or shutting down"};
}

CallStatus Refusals::NeedsCertificate() {
  return {.code = CallStatus::kPermissionDenied,
          .message =
              "this server computes for clients with a certificate only (--tls-client-ca), and "
              "HTTP asks for none: call it over gRPC"};
}

CallStatus Refusals::TimedOut() {
  return {.code = CallStatus::kDeadlineExceeded,
          .message = "there was no answer within --http-timeout of the server"};
}

void Refusals::CountInvalid(Rpc rpc, const v1::ComputeAdvantagesRequest& request,
                            const CallStatus& status) {
  if (rpc == Rpc::kDescribeMethod || status.violations.empty()) return;
  metrics_.refusals().Count(request, status.violations);
}

void Refusals::CountUnread(Rpc rpc, const CallStatus& status) {
  CountInvalid(rpc, v1::ComputeAdvantagesRequest::default_instance(), status);
}

CallStatus Refusals::Guard(const std::function<CallStatus()>& work) {
  // Other calls have it, and end.
  constexpr milliseconds kLater{1000};
  try {
    return work();
  } catch (const std::bad_alloc&) {
    metrics_.load().Count(Rejection::kAllocation);
    return Exhausted("the server has no memory for this call now", kLater);
  }
}

}  // namespace advantaged
