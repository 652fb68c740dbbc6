#include "server/pooled_call.h"

#include <grpc/grpc_security.h>
#include <grpcpp/server_context.h>

namespace advantaged {
namespace {

// The address of gRPC's record of who is at the other end: one for each connection, which lives as
// long as it does. Addresses of peers would not do: all clients of a Unix socket have the same.
ConnectionId ConnectionOf(grpc::CallbackServerContext& context) {
  grpc_auth_context* record = grpc_call_auth_context(context.c_call());
  grpc_auth_context_release(record);
  return record;
}

}  // namespace

void PooledCall::Start() {
  if (const CallStatus gone = backend_.CheckWaiting(CallStage::kAdmission, CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  if (const CallStatus refused = backend_.CheckMetadata(MetadataBytes()); !refused.ok()) {
    return End(refused);
  }
  const ConnectionId connection = ConnectionOf(context());
  const Size size = Measure();
  CallStatus refusal;
  ticket_ = backend_.Admit(rpc(), connection, size.request_bytes, size.answer_bytes, refusal);
  if (!ticket_) return End(refusal);
  if (size.is_small) return Run(std::chrono::nanoseconds(0));
  backend_.pool().Submit(connection, size.cost, *this);
}

void PooledCall::Run(std::chrono::nanoseconds waited) {
  waited_ = waited;
  End(Work());
}

void PooledCall::Refuse(std::chrono::milliseconds delay) { End(backend_.RefusedByQueue(delay)); }

}  // namespace advantaged
