#include "server/grpc/pooled_call.h"

#include <google/protobuf/message.h>

#include "server/grpc/read_request.h"

namespace advantaged {

void PooledCall::Start() {
  Refusals& refusals = backend_.refusals();
  record().SetRequestBytes(server_call().message().Length());
  if (const CallStatus gone = refusals.CheckWaiting(CallStage::kAdmission, CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  if (const CallStatus refused = refusals.CheckMetadata(MetadataBytes()); !refused.ok()) {
    return End(refused);
  }
  GivenUp given_up = GivenUp::kNo;
  CallSize size;
  const CallStatus read = refusals.Guard([&] {
    CallStatus status = ReadRequest(server_call().message(), Request(),
                                    [&] { return (given_up = CheckGivenUp()) != GivenUp::kNo; });
    if (status.ok()) size = Measure();
    return status;
  });
  if (given_up != GivenUp::kNo) {
    return End(refusals.CheckWaiting(CallStage::kAdmission, given_up));
  }
  if (!read.ok()) {
    refusals.CountUnread(rpc(), read);
    return End(read);
  }
  record().SetRequestBytes(size.request_bytes);
  const ConnectionId connection = Connection();
  if (const CallStatus refused = backend_.Admit(rpc(), connection, size, ticket_); !refused.ok()) {
    return End(refused);
  }
  backend_.Begin(rpc(), connection, size.effort, *this);
}

void PooledCall::Run(std::chrono::nanoseconds waited) {
  record().AddQueued(waited);
  grpc::ByteBuffer reply;
  const CallStatus status = backend_.refusals().Guard([&] {
    CallStatus done = Work();
    if (done.ok()) reply = Reply();
    return done;
  });
  status.ok() ? Answer(reply) : End(status);
}

void PooledCall::Refuse(std::chrono::milliseconds delay) {
  End(backend_.refusals().QueueFull(delay));
}

}  // namespace advantaged
