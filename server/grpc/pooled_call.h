// One call of gRPC that is work for the compute pool, from its message to the end of its answer.
#ifndef ADVANTAGED_SERVER_GRPC_POOLED_CALL_H_
#define ADVANTAGED_SERVER_GRPC_POOLED_CALL_H_

#include <cstddef>

#include "server/compute/compute_backend.h"
#include "server/grpc/call.h"

namespace google::protobuf {
class Message;
}

namespace advantaged {

class PooledCall : public Call, private ComputeTask {
 public:
  // What it refers to must outlive the call.
  PooledCall(ServerCall& server_call, Metrics& metrics, AccessLog& access_log, Rpc rpc,
             ComputeBackend& backend)
      : Call(server_call, metrics, access_log, rpc), backend_(backend) {}

  // Once the request has been read: ends the call now or has it ended later, by another thread. The
  // call may be gone afterwards.
  void Start();

 protected:
  // Frees itself.
  ~PooledCall() override = default;

  ComputeBackend& backend() const { return backend_; }

 private:
  // The message that the request goes into.
  virtual google::protobuf::Message& Request() = 0;
  // Records the request, which has been read.
  virtual CallSize Measure() = 0;
  // Does the work, once the call is in and has a thread.
  virtual CallStatus Work() = 0;
  // What the work has made, as bytes.
  virtual grpc::ByteBuffer Reply() const = 0;

  void Run(std::chrono::nanoseconds waited) override;
  void Refuse(std::chrono::milliseconds delay) override;

  ComputeBackend& backend_;
  Admission::Ticket ticket_;  // until the answer has been sent
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_POOLED_CALL_H_
