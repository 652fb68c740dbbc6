// One unary call: counts it, knows whether its caller still waits, and frees itself when it is
// over.
#ifndef ADVANTAGED_SERVER_CALL_H_
#define ADVANTAGED_SERVER_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>

#include "server/call_status.h"
#include "server/metrics/load_metrics.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

// Made with new and given to gRPC, which calls OnDone exactly once and last.
class Call : public grpc::ServerUnaryReactor {
 public:
  Call(grpc::CallbackServerContext& context, RpcMetrics& metrics, Rpc rpc)
      : context_(context), scope_(metrics, rpc) {}

  // Ends the call; gRPC sends the reply, or the error with its details and, of a
  // RESOURCE_EXHAUSTED, when to try again (gRPC proposal A6). Call once.
  void End(const CallStatus& status);

 protected:
  // Frees itself.
  ~Call() override = default;

  // Whether the caller still waits. May be asked at any time before End.
  GivenUp CheckGivenUp() const;
  grpc::CallbackServerContext& context() const { return context_; }

 private:
  // Any thread, also beside End.
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override;
  bool Expired() const;

  grpc::CallbackServerContext& context_;
  std::atomic<bool> cancelled_ = false;
  CallScope scope_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CALL_H_
