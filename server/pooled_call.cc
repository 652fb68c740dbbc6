#include "server/pooled_call.h"

#include <google/protobuf/message.h>

#include "server/read_request.h"

namespace advantaged {

void PooledCall::Start() {
  if (const CallStatus gone = backend_.CheckWaiting(CallStage::kAdmission, CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  if (const CallStatus refused = backend_.CheckMetadata(MetadataBytes()); !refused.ok()) {
    return End(refused);
  }
  if (const CallStatus refused = ReadRequest(wire().message(), Request()); !refused.ok()) {
    return End(refused);
  }
  if (const CallStatus refused = backend_.Begin(rpc(), Connection(), Measure(), ticket_, *this);
      !refused.ok()) {
    End(refused);
  }
}

void PooledCall::Run(std::chrono::nanoseconds waited) {
  waited_ = waited;
  if (const CallStatus status = Work(); !status.ok()) return End(status);
  Answer(Reply());
}

void PooledCall::Refuse(std::chrono::milliseconds delay) { End(backend_.RefusedByQueue(delay)); }

}  // namespace advantaged
