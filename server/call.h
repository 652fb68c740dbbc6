// One unary call: counts it, knows whether its caller still waits, and frees itself when it is
// over.
#ifndef ADVANTAGED_SERVER_CALL_H_
#define ADVANTAGED_SERVER_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "server/metrics/rpc_metrics.h"

namespace advantaged {

// Made with new and given to gRPC, which calls OnDone exactly once and last.
class Call final : public grpc::ServerUnaryReactor {
 public:
  Call(grpc::CallbackServerContext& context, RpcMetrics& metrics, Rpc rpc)
      : context_(context), scope_(metrics, rpc) {}

  // CANCELLED or DEADLINE_EXCEEDED if the caller no longer waits, else OK. May be asked at any time
  // before End.
  grpc::Status GivenUp() const;

  // Ends the call; gRPC sends the reply. Call once.
  void End(const grpc::Status& status);

 private:
  // Any thread, also beside End.
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override;
  // The code of a call whose caller gave up.
  grpc::StatusCode GivenUpCode() const;

  grpc::CallbackServerContext& context_;
  std::atomic<bool> cancelled_ = false;
  CallScope scope_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CALL_H_
