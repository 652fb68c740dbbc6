#include "server/describe_call.h"

#include "server/codec_describe.h"
#include "server/handler.h"
#include "server/rpc/message_bytes.h"

namespace advantaged {

CallSize DescribeCall::Measure() const {
  return {.request_bytes = request_.ByteSizeLong(),
          .answer_bytes = NumbersIn(request_) * sizeof(double)};
}

CallStatus DescribeCall::Work() {
  const auto start = std::chrono::steady_clock::now();
  CallStatus status = backend().Describe(request_, response_, [this] { return CheckGivenUp(); });
  took_ = std::chrono::steady_clock::now() - start;
  return status;
}

grpc::ByteBuffer DescribeCall::Reply() const { return Serialize(response_); }

// Reading and writing the messages is part of computing: it takes microseconds.
std::optional<StageTimes> DescribeCall::Stages() const {
  using Microseconds = std::chrono::duration<double, std::micro>;
  return StageTimes{.queue_us = Microseconds(waited()).count(),
                    .compute_us = Microseconds(took_).count()};
}

void DescribeCall::Describe(AccessRecord& record) const {
  record.method = MethodName(request_);
  record.request_bytes = request_.ByteSizeLong();
  if (response_.has_table()) record.response_bytes = response_.ByteSizeLong();
}

}  // namespace advantaged
