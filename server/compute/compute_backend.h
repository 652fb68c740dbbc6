// How a call that computes, ComputeAdvantages or DescribeMethod, passes through the server,
// whatever brought it: it is admitted, waits for a thread unless it is small, is computed while its
// caller waits, and, if it was a batch, is counted. Descriptions, of which the largest take about a
// second, have one thread of their own, at a low priority: batches do not wait for them.
//
//   refusal = backend.Admit(rpc, connection, size, ticket);      // at once, any thread
//   backend.Begin(rpc, connection, size.effort, task);           // has the task run
//   status = backend.Compute(request, response, record, …);      // on a thread that may compute
//
// Over HTTP a call is admitted by its head, before its body is read, and again for its answer, once
// the batch is known. The ticket stays with the call until its answer has been sent.
#ifndef ADVANTAGED_SERVER_COMPUTE_COMPUTE_BACKEND_H_
#define ADVANTAGED_SERVER_COMPUTE_COMPUTE_BACKEND_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "server/codec/call_status.h"
#include "server/codec/handler.h"
#include "server/compute/admission.h"
#include "server/compute/attempt.h"
#include "server/compute/call_size.h"
#include "server/compute/compute_pool.h"
#include "server/compute/limits.h"
#include "server/compute/refusals.h"
#include "server/metrics/load_metrics.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

class BatchTally;
class CallRecord;
class Metrics;

namespace v1 {
class DescribeMethodRequest;
class DescribeMethodResponse;
}  // namespace v1

// Whether the caller of a call still waits; asked again and again, from one thread at a time.
using GivenUpCheck = std::function<GivenUp()>;

// Thread-safe.
class ComputeBackend {
 public:
  // `metrics` must outlive the backend.
  ComputeBackend(const ComputeLimits& limits, Metrics& metrics);

  // Lets a call in. A ticket that is in already lets more bytes in. If they are refused, the ticket
  // stays as it was and the status is the answer.
  CallStatus Admit(Rpc rpc, ConnectionId connection, const CallSize& size,
                   Admission::Ticket& ticket);

  // Has a call that is in run: now, by this thread, if its effort is small, else by the pool. The
  // task may be gone on return.
  void Begin(Rpc rpc, ConnectionId connection, std::size_t effort, ComputeTask& task);

  // Computes. A caller who has given up is noticed before and in between, and the status says so.
  // Unless it is the first attempt, the batch does not count as training, as if it said
  // `observe: false`. `room`: see HandleComputeAdvantages. What is learnt of the call goes to
  // `record`, which knows how long the call has waited.
  CallStatus Compute(const v1::ComputeAdvantagesRequest& request,
                     v1::ComputeAdvantagesResponse& response, CallRecord& record,
                     const GivenUpCheck& given_up, ReplyRoom* room = nullptr);

  // The same for DescribeMethod.
  CallStatus Describe(const v1::DescribeMethodRequest& request,
                      v1::DescribeMethodResponse& response, CallRecord& record,
                      const GivenUpCheck& given_up);

  // What the server refuses besides, before these and between them.
  Refusals& refusals() { return refusals_; }

  // Threads that compute batches.
  std::size_t threads() const { return batches_.threads(); }
  // See ComputePool.
  bool IsStuck(ComputePool::Clock::time_point now) const;

  // Batches that were let in so far.
  std::uint64_t computed() const { return computed_.load(std::memory_order_relaxed); }

  // Applies all but the number of threads and max_request_bytes, to calls to come.
  void SetLimits(const ComputeLimits& limits);

 private:
  // What `work` makes, unless the caller has given up: before, as `stop` tells it meanwhile, or
  // until then.
  using Stop = std::function<bool()>;
  CallStatus RunFor(const GivenUpCheck& given_up,
                    const std::function<CallStatus(const Stop& stop)>& work);
  void PublishLimits(const ComputeLimits& limits);
  void Count(const v1::ComputeAdvantagesRequest& request,
             const v1::ComputeAdvantagesResponse& response, Attempt attempt,
             std::size_t response_bytes, const BatchTally& tally);

  Metrics& metrics_;
  Refusals refusals_;
  std::atomic<std::uint32_t> inline_responses_;
  std::atomic<std::uint64_t> computed_ = 0;
  Admission admission_;
  ComputePool batches_;
  ComputePool descriptions_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_COMPUTE_BACKEND_H_
