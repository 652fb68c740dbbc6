#include "server/compute_call.h"

#include "advantaged/v1/compute.pb.h"
#include "server/handler.h"
#include "server/reply_size.h"

namespace advantaged {

CallSize ComputeCall::Measure() const {
  return backend().Measure(messages_->request(), messages_->request().ByteSizeLong());
}

CallStatus ComputeCall::Work() {
  return backend().Compute(
      messages_->request(), messages_->response(), ThisAttempt(), waited(),
      [this] { return CheckGivenUp(); }, &reply_);
}

grpc::ByteBuffer ComputeCall::Reply() const { return reply_.With(messages_->response()); }

std::optional<StageTimes> ComputeCall::Stages() const {
  return StagesOf(messages_->response(), waited());
}

void ComputeCall::Describe(AccessRecord& record) const {
  DescribeBatch(messages_->request(), messages_->response(), record);
  if (record.response_bytes) *record.response_bytes += reply_.bytes();
}

StageTimes StagesOf(const v1::ComputeAdvantagesResponse& response,
                    std::chrono::nanoseconds waited) {
  const v1::Timings& timings = response.timings();
  return {.queue_us = std::chrono::duration<double, std::micro>(waited).count(),
          .decode_us = timings.decode_us(),
          .compute_us = timings.compute_us(),
          .encode_us = timings.encode_us()};
}

void DescribeBatch(const v1::ComputeAdvantagesRequest& request,
                   const v1::ComputeAdvantagesResponse& response, AccessRecord& record) {
  record.method = MethodName(request);
  record.run = request.run();
  record.request_bytes = request.ByteSizeLong();
  record.responses = CountResponses(request);
  if (response.numerics_version() == 0) return;  // there is no answer
  record.response_bytes = response.ByteSizeLong();
  if (!response.has_summary()) return;  // it has moments only
  record.groups = response.summary().groups();
  record.responses = response.summary().responses() + response.summary().masked_responses();
}

}  // namespace advantaged
