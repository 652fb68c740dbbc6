#include "server/grpc/describe_call.h"

#include "server/compute/call_size.h"
#include "server/grpc/rpc/message_bytes.h"

namespace advantaged {

CallSize DescribeCall::Measure() {
  record().SetRequest(request_);
  return SizeOf(request_, request_.ByteSizeLong());
}

CallStatus DescribeCall::Work() {
  return backend().Describe(request_, response_, record(), [this] { return CheckGivenUp(); });
}

grpc::ByteBuffer DescribeCall::Reply() const { return Serialize(response_); }

}  // namespace advantaged
