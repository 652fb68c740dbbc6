#include "server/compute_backend.h"

#include <algorithm>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "advantaged/v1/compute.pb.h"
#include "base/text.h"
#include "server/guard/control_group.h"
#include "server/handler.h"
#include "server/metrics/metrics.h"
#include "server/reply_size.h"

namespace advantaged {
namespace {

using std::chrono::milliseconds;

// For limits that other calls fill: when they end is not known, and most end soon.
constexpr milliseconds kSoon{100};
// For memory, which is freed when calls end and given back after that.
constexpr milliseconds kOnceFreed{1000};

// True if a request has little besides its responses.
bool IsLight(std::size_t responses, std::size_t request_bytes) {
  // Of a response's reward, length and two ids; and what is read in no time beside them.
  constexpr std::size_t kBytesPerResponse = 4 * sizeof(std::uint32_t);
  constexpr std::size_t kBytesBeside = 64U << 10;
  return request_bytes <= kBytesBeside + kBytesPerResponse * responses;
}

CallStatus Refused(std::string message, std::optional<milliseconds> delay) {
  return {
      .code = CallStatus::kResourceExhausted, .message = std::move(message), .retry_delay = delay};
}

}  // namespace

ComputeBackend::ComputeBackend(const ComputeLimits& limits, Metrics& metrics)
    : metrics_(metrics),
      max_request_bytes_(limits.max_request_bytes),
      max_metadata_bytes_(limits.max_metadata_bytes),
      inline_responses_(limits.inline_responses),
      admission_(limits.admission, metrics.load()),
      batches_(limits.pool, ComputePool::Priority::kNormal, metrics.load().batches()),
      descriptions_({.threads = 1, .queued_calls = limits.pool.queued_calls},
                    ComputePool::Priority::kLow, metrics.load().descriptions()) {
  PublishLimits(limits);
}

CallSize ComputeBackend::Measure(const v1::ComputeAdvantagesRequest& request,
                                 std::size_t request_bytes) const {
  const std::size_t responses = CountResponses(request);
  return {.request_bytes = request_bytes,
          .answer_bytes = SizeOfReply(request).bytes(),
          .is_small = !EvaluatesFormulas(request) &&
                      Effort(request, responses) <= inline_responses_ &&
                      IsLight(responses, request_bytes)};
}

Admission::Ticket ComputeBackend::Admit(Rpc rpc, ConnectionId connection, std::size_t request_bytes,
                                        std::size_t answer_bytes, CallStatus& refusal) {
  if (refusal = CheckRequestBytes(rpc, request_bytes); !refusal.ok()) return {};
  if (rpc != Rpc::kDescribeMethod) metrics_.rpc().ObserveRequestBytes(request_bytes);
  if (refusal = CheckMemory(); !refusal.ok()) return {};
  Admission::Refusal why{};
  const std::uint64_t bytes = request_bytes + answer_bytes;
  Admission::Ticket ticket = admission_.Enter(connection, bytes, why);
  refusal = RefusedByAdmission(why, bytes);
  return ticket;
}

CallStatus ComputeBackend::Begin(Rpc rpc, ConnectionId connection, const CallSize& size,
                                 Admission::Ticket& ticket, ComputeTask& task) {
  CallStatus refusal;
  ticket = Admit(rpc, connection, size.request_bytes, size.answer_bytes, refusal);
  if (!ticket) return refusal;
  if (size.is_small) {
    task.Run(std::chrono::nanoseconds(0));
  } else {
    Queue(rpc, connection, task);
  }
  return {};
}

void ComputeBackend::Queue(Rpc rpc, ConnectionId connection, ComputeTask& task) {
  ComputePool& pool = rpc == Rpc::kDescribeMethod ? descriptions_ : batches_;
  pool.Submit(connection, task);
}

bool ComputeBackend::IsStuck(ComputePool::Clock::time_point now) const {
  return batches_.IsStuck(now) || descriptions_.IsStuck(now);
}

CallStatus ComputeBackend::AdmitMore(Admission::Ticket& ticket, std::size_t bytes) {
  return RefusedByAdmission(admission_.Extend(ticket, bytes), bytes);
}

CallStatus ComputeBackend::RefusedByAdmission(Admission::Refusal why, std::uint64_t bytes) {
  switch (why) {
    case Admission::Refusal::kNone:
      break;
    case Admission::Refusal::kCalls:
      metrics_.load().Count(Rejection::kCalls);
      return Refused("too many calls in flight (--max-in-flight-calls)", kSoon);
    case Admission::Refusal::kBytes:
      metrics_.load().Count(Rejection::kBytes);
      return Refused("too many bytes in flight (--max-in-flight-bytes)", kSoon);
    case Admission::Refusal::kNever:
      metrics_.load().Count(Rejection::kBytes);
      return Refused("the request and its answer have " + std::to_string(bytes) +
                         " bytes, more than one connection may have in flight "
                         "(--max-in-flight-bytes, --connection-share)",
                     std::nullopt);
    case Admission::Refusal::kConnectionShare:
      metrics_.load().Count(Rejection::kConnectionShare);
      return Refused(
          "this connection has its share of calls or bytes in flight (--connection-share)", kSoon);
  }
  return {};
}

CallStatus ComputeBackend::CheckRequestBytes(Rpc rpc, std::size_t bytes) {
  if (bytes <= max_request_bytes_) return {};
  if (rpc != Rpc::kDescribeMethod) metrics_.rpc().ObserveRequestBytes(bytes);
  metrics_.load().Count(Rejection::kTooLarge);
  return Refused(
      Concat("the request has ", bytes, " bytes; this server accepts ", max_request_bytes_,
             " (--max-request-bytes): raise it, or cut the batch between groups"),
      std::nullopt);
}

CallStatus ComputeBackend::CheckMemory() {
  if (memory_.shortage() == Shortage::kNone) return {};
  metrics_.load().Count(Rejection::kMemory);
  return Refused("the process has most of the memory that it may have (--max-memory)", kOnceFreed);
}

CallStatus ComputeBackend::CheckMetadata(std::size_t bytes) {
  const std::uint32_t limit = max_metadata_bytes_;
  if (bytes <= limit) return {};
  metrics_.load().Count(Rejection::kMetadataTooLarge);
  return Refused("the metadata has " + std::to_string(bytes) + " bytes; this server accepts " +
                     std::to_string(limit) + " (--max-metadata-bytes)",
                 std::nullopt);
}

void ComputeBackend::CountUnread(Rpc rpc, const CallStatus& status) {
  if (rpc == Rpc::kDescribeMethod || status.violations.empty()) return;
  metrics_.refusals().Count(v1::ComputeAdvantagesRequest::default_instance(), status.violations);
}

CallStatus ComputeBackend::RefusedAsInvalid(const v1::ComputeAdvantagesRequest& batch,
                                            Violations violations) {
  metrics_.refusals().Count(batch, violations);
  return InvalidArgument(std::move(violations));
}

CallStatus ComputeBackend::Guard(const std::function<CallStatus()>& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    metrics_.load().Count(Rejection::kAllocation);
    return Refused("the server has no memory for this call now", kOnceFreed);
  }
}

CallStatus ComputeBackend::RefusedByQueue(milliseconds delay) {
  metrics_.load().Count(Rejection::kQueue);
  return Refused("the queue is full (--max-queued-calls)", delay);
}

CallStatus ComputeBackend::RefusedWhileClosed() {
  metrics_.load().Count(Rejection::kDraining);
  return {.code = CallStatus::kUnavailable, .message = "starting or shutting down"};
}

CallStatus ComputeBackend::CheckWaiting(CallStage stage, GivenUp given_up) {
  if (given_up == GivenUp::kNo) return {};
  metrics_.load().Count(stage, given_up);
  CallStatus status;
  if (given_up == GivenUp::kDeadline) {
    status.code = CallStatus::kDeadlineExceeded;
    status.message = "the deadline passed before the answer was ready";
  } else {
    status.code = CallStatus::kCancelled;
    status.message = "the caller cancelled the call";
  }
  return status;
}

CallStatus ComputeBackend::RunFor(const GivenUpCheck& given_up,
                                  const std::function<CallStatus(const Stop& stop)>& work) {
  if (CallStatus gone = CheckWaiting(CallStage::kQueue, given_up()); !gone.ok()) return gone;
  GivenUp seen = GivenUp::kNo;
  CallStatus status = work([&] { return (seen = given_up()) != GivenUp::kNo; });
  // Nobody will use the answer, so it does not count as a batch.
  if (seen == GivenUp::kNo && status.ok()) seen = given_up();
  return seen == GivenUp::kNo ? status : CheckWaiting(CallStage::kCompute, seen);
}

CallStatus ComputeBackend::Describe(const v1::DescribeMethodRequest& request,
                                    v1::DescribeMethodResponse& response,
                                    const GivenUpCheck& given_up) {
  return RunFor(given_up,
                [&](const Stop& stop) { return HandleDescribeMethod(request, response, stop); });
}

CallStatus ComputeBackend::Compute(const v1::ComputeAdvantagesRequest& request,
                                   v1::ComputeAdvantagesResponse& response, Attempt attempt,
                                   std::chrono::nanoseconds waited, const GivenUpCheck& given_up,
                                   ReplyRoom* room) {
  computed_.fetch_add(1, std::memory_order_relaxed);
  BatchTally tally(
      std::span(request.pass_at().data(), static_cast<std::size_t>(request.pass_at_size())));
  CallStatus status = RunFor(given_up, [&](const Stop& stop) {
    return HandleComputeAdvantages(request, response, &tally, stop, room);
  });
  if (!status.violations.empty()) metrics_.refusals().Count(request, status.violations);
  if (!status.ok()) return status;
  const std::chrono::duration<float, std::micro> queue = waited;
  response.mutable_timings()->set_queue_us(queue.count());
  Count(request, response, attempt, response.ByteSizeLong() + (room != nullptr ? room->bytes() : 0),
        tally);
  return status;
}

void ComputeBackend::Count(const v1::ComputeAdvantagesRequest& request,
                           const v1::ComputeAdvantagesResponse& response, Attempt attempt,
                           std::size_t response_bytes, const BatchTally& tally) {
  const bool observe = attempt == Attempt::kFirst && (!request.has_observe() || request.observe());
  // A call for moments computes nothing that another call will not compute again.
  if (observe && !request.moments_only()) {
    metrics_.batch().Commit({.method = MethodName(request), .run = request.run()}, tally);
  }
  const v1::Timings& timings = response.timings();
  metrics_.rpc().ObserveStages(timings.queue_us(), timings.decode_us(), timings.compute_us(),
                               timings.encode_us());
  metrics_.rpc().ObserveResponseBytes(response_bytes);
}

void ComputeBackend::SetLimits(const ComputeLimits& limits) {
  max_metadata_bytes_ = limits.max_metadata_bytes;
  inline_responses_ = limits.inline_responses;
  memory_.SetLimit(limits.max_memory ? *limits.max_memory : ControlGroupLimit());
  admission_.SetLimits(limits.admission);
  batches_.SetQueueLimit(limits.pool.queued_calls);
  descriptions_.SetQueueLimit(limits.pool.queued_calls);
  PublishLimits(limits);
}

void ComputeBackend::PublishLimits(const ComputeLimits& limits) {
  LoadMetrics& load = metrics_.load();
  load.SetLimit("max_request_bytes", max_request_bytes_);
  load.SetLimit("max_metadata_bytes", limits.max_metadata_bytes);
  load.SetLimit("max_memory", static_cast<double>(memory_.limit()));
  load.SetLimit("max_in_flight_calls", limits.admission.calls);
  load.SetLimit("max_in_flight_bytes", static_cast<double>(limits.admission.bytes));
  load.SetLimit("connection_share", limits.admission.connection_share);
  load.SetLimit("max_queued_calls", limits.pool.queued_calls);
  load.SetLimit("inline_responses", limits.inline_responses);
  load.SetLimit("compute_threads", static_cast<double>(batches_.threads()));
}

}  // namespace advantaged
