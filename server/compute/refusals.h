// Every refusal of the server: counts it and makes its status, so that one fault has one text over
// gRPC, on a stream and over HTTP. Only a request that is wrong in itself gets its status from
// those who read it (InvalidArgument); it is counted here.
#ifndef ADVANTAGED_SERVER_COMPUTE_REFUSALS_H_
#define ADVANTAGED_SERVER_COMPUTE_REFUSALS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "server/codec/call_status.h"
#include "server/compute/admission.h"
#include "server/compute/limits.h"
#include "server/metrics/load_metrics.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

class Metrics;

namespace v1 {
class ComputeAdvantagesRequest;
}

// Thread-safe. The functions named Check return OK for a call that may go on.
class Refusals {
 public:
  // `metrics` must outlive the object.
  Refusals(const ComputeLimits& limits, Metrics& metrics);

  // A caller who has given up, noticed at this stage.
  CallStatus CheckWaiting(CallStage stage, GivenUp given_up);
  // Names and values of the metadata that came with a call.
  CallStatus CheckMetadata(std::size_t bytes);
  CallStatus CheckRequestBytes(std::size_t bytes);
  // What admission says of so many bytes.
  CallStatus CheckAdmission(Admission::Refusal why, std::uint64_t bytes);

  // The pool's queue has no place for the call; after `delay` it may have.
  CallStatus QueueFull(std::chrono::milliseconds delay);
  // The server starts or shuts down.
  CallStatus NotServing();
  // The server asks callers for a certificate, and HTTP cannot. Not counted.
  static CallStatus NeedsCertificate();
  // There was no answer within --http-timeout. Counted when the call is over.
  static CallStatus TimedOut();

  // A request that is wrong. Of `rpc` DescribeMethod nothing is counted, and nothing of a status
  // without violations. `request` is the default instance if there is no message of it.
  void CountInvalid(Rpc rpc, const v1::ComputeAdvantagesRequest& request, const CallStatus& status);
  void CountUnread(Rpc rpc, const CallStatus& status);

  // What `work` makes, or, if it throws std::bad_alloc, the answer to a call for which there is no
  // memory. Whoever parses, computes or prints for a call does it in here.
  CallStatus Guard(const std::function<CallStatus()>& work);

  std::uint32_t max_request_bytes() const { return max_request_bytes_; }
  // To calls to come; max_request_bytes stays.
  void SetLimits(const ComputeLimits& limits) { max_metadata_bytes_ = limits.max_metadata_bytes; }

 private:
  Metrics& metrics_;
  const std::uint32_t max_request_bytes_;
  std::atomic<std::uint32_t> max_metadata_bytes_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_REFUSALS_H_
