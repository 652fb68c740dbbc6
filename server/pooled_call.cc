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
  if (const CallStatus refused = backend_.CheckRequestBytes(rpc(), wire().message().Length());
      !refused.ok()) {
    return End(refused);
  }
  GivenUp given_up = GivenUp::kNo;
  CallSize size;
  const CallStatus read = backend_.Guard([&] {
    CallStatus status = ReadRequest(wire().message(), Request(),
                                    [&] { return (given_up = CheckGivenUp()) != GivenUp::kNo; });
    if (status.ok()) size = Measure();
    return status;
  });
  if (given_up != GivenUp::kNo) return End(backend_.CheckWaiting(CallStage::kAdmission, given_up));
  if (!read.ok()) {
    backend_.CountUnread(rpc(), read);
    return End(read);
  }
  if (const CallStatus refused = backend_.Begin(rpc(), Connection(), size, ticket_, *this);
      !refused.ok()) {
    End(refused);
  }
}

void PooledCall::Run(std::chrono::nanoseconds waited) {
  waited_ = waited;
  grpc::ByteBuffer reply;
  const CallStatus status = backend_.Guard([&] {
    CallStatus done = Work();
    if (done.ok()) reply = Reply();
    return done;
  });
  status.ok() ? Answer(reply) : End(status);
}

void PooledCall::Refuse(std::chrono::milliseconds delay) { End(backend_.RefusedByQueue(delay)); }

}  // namespace advantaged
