// How a call that computes, ComputeAdvantages or DescribeMethod, passes through the server,
// whatever brought it: it is admitted, waits for a thread unless it is small, is computed while its
// caller waits, and, if it was a batch, is counted. Descriptions, of which the largest take about a
// second, have one thread of their own, at a low priority: batches do not wait for them.
//
//   refusal = backend.Begin(rpc, connection, size, ticket, task);  // at once, any thread
//   status = backend.Compute(request, response, waited, …);  // on a thread that may compute
//
// HTTP lets a call in by its head and knows its batch later, so it does what Begin does apart:
// Admit, Queue. The ticket stays with the call until its answer has been sent.
#ifndef ADVANTAGED_SERVER_COMPUTE_BACKEND_H_
#define ADVANTAGED_SERVER_COMPUTE_BACKEND_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "server/admission.h"
#include "server/attempt.h"
#include "server/call_status.h"
#include "server/compute_pool.h"
#include "server/guard/memory_guard.h"
#include "server/handler.h"
#include "server/limits.h"
#include "server/metrics/load_metrics.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

class BatchTally;
class Metrics;

namespace v1 {
class DescribeMethodRequest;
class DescribeMethodResponse;
}  // namespace v1

// Whether the caller of a call still waits; asked again and again, from one thread at a time.
using GivenUpCheck = std::function<GivenUp()>;

// What a call asks for, as far as it can be told before it is checked.
struct CallSize {
  std::size_t request_bytes = 0;
  std::size_t answer_bytes = 0;
  bool is_small = false;  // to be done at once, by the thread of the network
};

// Thread-safe.
class ComputeBackend {
 public:
  // `metrics` must outlive the backend.
  ComputeBackend(const ComputeLimits& limits, Metrics& metrics);

  // Lets a call in whose request has `request_bytes` bytes, and its answer about `answer_bytes`. If
  // it is refused, the ticket is empty and `refusal` is the answer.
  Admission::Ticket Admit(Rpc rpc, ConnectionId connection, std::size_t request_bytes,
                          std::size_t answer_bytes, CallStatus& refusal);

  // Lets more bytes in for a call that is in. If they are refused, the status is the answer.
  CallStatus AdmitMore(Admission::Ticket& ticket, std::size_t bytes);

  // The answer to a call with too much metadata, else OK.
  CallStatus CheckMetadata(std::size_t bytes);

  // The answer to a call whose request has too many bytes, else OK. Whoever has the bytes asks
  // before reading them; Admit asks again.
  CallStatus CheckRequestBytes(Rpc rpc, std::size_t bytes);

  // The answer to a call that comes while memory is short, else OK.
  CallStatus CheckMemory();

  // The size of a batch whose message has `request_bytes` bytes.
  CallSize Measure(const v1::ComputeAdvantagesRequest& request, std::size_t request_bytes) const;

  // Has a call that is in run by a thread.
  void Queue(Rpc rpc, ConnectionId connection, ComputeTask& task);

  // Threads that compute batches.
  std::size_t threads() const { return batches_.threads(); }
  // See ComputePool.
  bool IsStuck(ComputePool::Clock::time_point now) const;

  // Lets a call in and has it run: now if it is small, else by the pool. Once it is in, `ticket` is
  // its own, and the task may be gone on return. If it is refused, the status is the answer.
  CallStatus Begin(Rpc rpc, ConnectionId connection, const CallSize& size,
                   Admission::Ticket& ticket, ComputeTask& task);

  // Counts a request that is refused with this status before there is a message of it.
  void CountUnread(Rpc rpc, const CallStatus& status);

  // Counts an item whose envelope is wrong and makes the status for it.
  CallStatus RefusedAsInvalid(const v1::ComputeAdvantagesRequest& batch, Violations violations);

  // What `work` makes, or, if it throws std::bad_alloc, the answer to a call for which there is no
  // memory. Whoever parses, computes or prints for a call does it in here.
  CallStatus Guard(const std::function<CallStatus()>& work);

  // The answer to a call that the pool refused.
  CallStatus RefusedByQueue(std::chrono::milliseconds delay);

  // The answer to a call that comes before the start or after the end.
  CallStatus RefusedWhileClosed();

  // Computes. A caller who has given up is noticed before and in between, and the status says so.
  // Unless it is the first attempt, the batch does not count as training, as if it said
  // `observe: false`. `room`: see HandleComputeAdvantages.
  CallStatus Compute(const v1::ComputeAdvantagesRequest& request,
                     v1::ComputeAdvantagesResponse& response, Attempt attempt,
                     std::chrono::nanoseconds waited, const GivenUpCheck& given_up,
                     ReplyRoom* room = nullptr);

  // The same for DescribeMethod.
  CallStatus Describe(const v1::DescribeMethodRequest& request,
                      v1::DescribeMethodResponse& response, const GivenUpCheck& given_up);

  // Counts a caller who has given up and makes the status for it; OK for kNo.
  CallStatus CheckWaiting(CallStage stage, GivenUp given_up);

  // Batches that were let in so far.
  std::uint64_t computed() const { return computed_.load(std::memory_order_relaxed); }

  // Applies all but the number of threads and max_request_bytes, to calls to come.
  void SetLimits(const ComputeLimits& limits);

  MemoryGuard& memory() { return memory_; }
  std::uint32_t max_request_bytes() const { return max_request_bytes_; }

 private:
  // What `work` makes, unless the caller has given up: before, as `stop` tells it meanwhile, or
  // until then.
  using Stop = std::function<bool()>;
  CallStatus RunFor(const GivenUpCheck& given_up,
                    const std::function<CallStatus(const Stop& stop)>& work);
  // Counts a refusal and makes the status for it; OK for kNone. `bytes`: what was asked for.
  CallStatus RefusedByAdmission(Admission::Refusal why, std::uint64_t bytes);
  void PublishLimits(const ComputeLimits& limits);
  void Count(const v1::ComputeAdvantagesRequest& request,
             const v1::ComputeAdvantagesResponse& response, Attempt attempt,
             std::size_t response_bytes, const BatchTally& tally);

  Metrics& metrics_;
  const std::uint32_t max_request_bytes_;
  std::atomic<std::uint32_t> max_metadata_bytes_;
  std::atomic<std::uint32_t> inline_responses_;
  std::atomic<std::uint64_t> computed_ = 0;
  MemoryGuard memory_;
  Admission admission_;
  ComputePool batches_;
  ComputePool descriptions_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_BACKEND_H_
