#include "server/pooled_call.h"

namespace advantaged {
void PooledCall::Start() {
  if (const CallStatus gone = backend_.CheckWaiting(CallStage::kAdmission, CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  if (const CallStatus refused = backend_.CheckMetadata(MetadataBytes()); !refused.ok()) {
    return End(refused);
  }
  const ConnectionId connection = Connection();
  const CallSize size = Measure();
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
