// One ComputeAdvantages call of gRPC.
#ifndef ADVANTAGED_SERVER_GRPC_COMPUTE_CALL_H_
#define ADVANTAGED_SERVER_GRPC_COMPUTE_CALL_H_

#include "server/compute/message_pool.h"
#include "server/grpc/pooled_call.h"
#include "server/grpc/rpc/reply_bytes.h"

namespace advantaged {

class ComputeCall final : public PooledCall {
 public:
  // What it refers to must outlive the call.
  ComputeCall(ServerCall& server_call, Metrics& metrics, AccessLog& access_log,
              ComputeBackend& backend, MessagePool& messages)
      : PooledCall(server_call, metrics, access_log, Rpc::kComputeAdvantages, backend),
        messages_(messages.Acquire()) {}

 private:
  google::protobuf::Message& Request() override { return messages_->request(); }
  CallSize Measure() override;
  CallStatus Work() override;
  grpc::ByteBuffer Reply() const override;

  MessagePool::Lease messages_;
  ReplyBytes reply_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_COMPUTE_CALL_H_
