#include "server/compute/compute_backend.h"

#include <span>

#include "advantaged/v1/compute.pb.h"
#include "advantaged/v1/describe.pb.h"
#include "server/codec/handler.h"
#include "server/compute/call_record.h"
#include "server/metrics/metrics.h"

namespace advantaged {

ComputeBackend::ComputeBackend(const ComputeLimits& limits, Metrics& metrics)
    : metrics_(metrics),
      refusals_(limits, metrics),
      inline_responses_(limits.inline_responses),
      admission_(limits.admission, metrics.load()),
      batches_(limits.pool, ComputePool::Priority::kNormal, metrics.load().batches()),
      descriptions_({.threads = 1, .queued_calls = limits.pool.queued_calls},
                    ComputePool::Priority::kLow, metrics.load().descriptions()) {
  PublishLimits(limits);
}

CallStatus ComputeBackend::Admit(Rpc rpc, ConnectionId connection, const CallSize& size,
                                 Admission::Ticket& ticket) {
  const std::uint64_t bytes = size.request_bytes + size.answer_bytes;
  if (ticket) return refusals_.CheckAdmission(admission_.Extend(ticket, bytes), bytes);
  if (rpc != Rpc::kDescribeMethod) metrics_.rpc().ObserveRequestBytes(size.request_bytes);
  if (CallStatus refused = refusals_.CheckRequestBytes(size.request_bytes); !refused.ok()) {
    return refused;
  }
  Admission::Refusal why{};
  ticket = admission_.Enter(connection, bytes, why);
  return refusals_.CheckAdmission(why, bytes);
}

void ComputeBackend::Begin(Rpc rpc, ConnectionId connection, std::size_t effort,
                           ComputeTask& task) {
  if (effort <= inline_responses_) return task.Run(std::chrono::nanoseconds(0));
  ComputePool& pool = rpc == Rpc::kDescribeMethod ? descriptions_ : batches_;
  pool.Submit(connection, task);
}

bool ComputeBackend::IsStuck(ComputePool::Clock::time_point now) const {
  return batches_.IsStuck(now) || descriptions_.IsStuck(now);
}

CallStatus ComputeBackend::RunFor(const GivenUpCheck& given_up,
                                  const std::function<CallStatus(const Stop& stop)>& work) {
  if (CallStatus gone = refusals_.CheckWaiting(CallStage::kQueue, given_up()); !gone.ok())
    return gone;
  GivenUp seen = GivenUp::kNo;
  CallStatus status = work([&] { return (seen = given_up()) != GivenUp::kNo; });
  // Nobody will use the answer, so it does not count as a batch.
  if (seen == GivenUp::kNo && status.ok()) seen = given_up();
  return seen == GivenUp::kNo ? status : refusals_.CheckWaiting(CallStage::kCompute, seen);
}

CallStatus ComputeBackend::Describe(const v1::DescribeMethodRequest& request,
                                    v1::DescribeMethodResponse& response, CallRecord& record,
                                    const GivenUpCheck& given_up) {
  const auto start = std::chrono::steady_clock::now();
  CallStatus status = RunFor(
      given_up, [&](const Stop& stop) { return HandleDescribeMethod(request, response, stop); });
  // Decoding and encoding the messages is part of it: it takes microseconds.
  record.AddComputed(std::chrono::steady_clock::now() - start);
  if (status.ok()) record.SetResponseBytes(response.ByteSizeLong());
  return status;
}

CallStatus ComputeBackend::Compute(const v1::ComputeAdvantagesRequest& request,
                                   v1::ComputeAdvantagesResponse& response, CallRecord& record,
                                   const GivenUpCheck& given_up, ReplyRoom* room) {
  computed_.fetch_add(1, std::memory_order_relaxed);
  BatchTally tally(
      std::span(request.pass_at().data(), static_cast<std::size_t>(request.pass_at_size())));
  CallStatus status = RunFor(given_up, [&](const Stop& stop) {
    return HandleComputeAdvantages(request, response, &tally, stop, room);
  });
  record.AddTimings(response.timings());
  refusals_.CountInvalid(Rpc::kComputeAdvantages, request, status);
  if (!status.ok()) return status;
  response.mutable_timings()->set_queue_us(static_cast<float>(record.queue_us()));
  const std::size_t bytes = response.ByteSizeLong() + (room != nullptr ? room->bytes() : 0);
  record.SetResponse(response);
  record.SetResponseBytes(bytes);
  Count(request, response, record.attempt(), bytes, tally);
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
  refusals_.SetLimits(limits);
  inline_responses_ = limits.inline_responses;
  admission_.SetLimits(limits.admission);
  batches_.SetQueueLimit(limits.pool.queued_calls);
  descriptions_.SetQueueLimit(limits.pool.queued_calls);
  PublishLimits(limits);
}

void ComputeBackend::PublishLimits(const ComputeLimits& limits) {
  LoadMetrics& load = metrics_.load();
  load.SetLimit("max_request_bytes", refusals_.max_request_bytes());
  load.SetLimit("max_metadata_bytes", limits.max_metadata_bytes);
  load.SetLimit("max_in_flight_calls", limits.admission.calls);
  load.SetLimit("max_in_flight_bytes", static_cast<double>(limits.admission.bytes));
  load.SetLimit("connection_share", limits.admission.connection_share);
  load.SetLimit("max_queued_calls", limits.pool.queued_calls);
  load.SetLimit("inline_responses", limits.inline_responses);
  load.SetLimit("compute_threads", static_cast<double>(batches_.threads()));
}

}  // namespace advantaged
