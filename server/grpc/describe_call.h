// One DescribeMethod call of gRPC.
#ifndef ADVANTAGED_SERVER_GRPC_DESCRIBE_CALL_H_
#define ADVANTAGED_SERVER_GRPC_DESCRIBE_CALL_H_

#include "advantaged/v1/describe.pb.h"
#include "server/grpc/pooled_call.h"

namespace advantaged {

class DescribeCall final : public PooledCall {
 public:
  // What it refers to must outlive the call.
  DescribeCall(ServerCall& server_call, Metrics& metrics, AccessLog& access_log,
               ComputeBackend& backend)
      : PooledCall(server_call, metrics, access_log, Rpc::kDescribeMethod, backend) {}

 private:
  google::protobuf::Message& Request() override { return request_; }
  CallSize Measure() override;
  CallStatus Work() override;
  grpc::ByteBuffer Reply() const override;

  v1::DescribeMethodRequest request_;
  v1::DescribeMethodResponse response_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_DESCRIBE_CALL_H_
