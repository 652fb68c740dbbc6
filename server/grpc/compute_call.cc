#include "server/grpc/compute_call.h"

#include "server/compute/call_size.h"

namespace advantaged {

CallSize ComputeCall::Measure() {
  record().SetRequest(messages_->request());
  return SizeOf(messages_->request(), messages_->request().ByteSizeLong());
}

CallStatus ComputeCall::Work() {
  return backend().Compute(
      messages_->request(), messages_->response(), record(), [this] { return CheckGivenUp(); },
      &reply_);
}

grpc::ByteBuffer ComputeCall::Reply() const { return reply_.With(messages_->response()); }

}  // namespace advantaged
