#include "server/compute_call.h"

#include <algorithm>

#include "advantaged/v1/compute.pb.h"
#include "server/handler.h"
#include "server/reply_size.h"

namespace advantaged {

PooledCall::Size ComputeCall::Measure() const {
  const std::size_t responses = CountResponses(request_);
  const std::size_t request_bytes = request_.ByteSizeLong();
  const std::size_t tables = TableWork(request_, responses);
  // Tables of the caller are bytes without responses.
  const std::size_t read = std::max(responses, request_bytes / sizeof(float));
  return {.request_bytes = request_bytes,
          .answer_bytes = SizeOfReply(request_).bytes(),
          .cost = static_cast<double>(read + tables + 1),
          .is_small = tables == 0 && backend().IsSmall(responses, request_bytes)};
}

CallStatus ComputeCall::Work() {
  return backend().Compute(request_, response_, waited(), [this] { return CheckGivenUp(); });
}

std::optional<StageTimes> ComputeCall::Stages() const {
  const v1::Timings& timings = response_.timings();
  return StageTimes{.queue_us = std::chrono::duration<double, std::micro>(waited()).count(),
                    .decode_us = timings.decode_us(),
                    .compute_us = timings.compute_us(),
                    .encode_us = timings.encode_us()};
}

void ComputeCall::Describe(AccessRecord& record) const {
  record.method = MethodName(request_);
  record.run = request_.run();
  record.request_bytes = request_.ByteSizeLong();
  record.responses = CountResponses(request_);
  if (response_.numerics_version() == 0) return;  // there is no answer
  record.response_bytes = response_.ByteSizeLong();
  if (!response_.has_summary()) return;  // it has moments only
  record.groups = response_.summary().groups();
  record.responses = response_.summary().responses() + response_.summary().masked_responses();
}

}  // namespace advantaged
