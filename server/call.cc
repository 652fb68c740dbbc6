#include "server/call.h"

#include <grpcpp/server_context.h>

#include <chrono>

#include "server/errors.h"

namespace advantaged {

grpc::StatusCode Call::GivenUpCode() const {
  return context_.deadline() <= std::chrono::system_clock::now() ? grpc::DEADLINE_EXCEEDED
                                                                 : grpc::CANCELLED;
}

grpc::Status Call::GivenUp() const {
  const grpc::StatusCode code = GivenUpCode();
  if (code == grpc::DEADLINE_EXCEEDED) {
    return ToGrpcStatus({code, "the deadline had passed before the answer was ready", {}});
  }
  if (!context_.IsCancelled()) return grpc::Status::OK;
  return ToGrpcStatus({code, "the caller cancelled the call", {}});
}

void Call::End(const grpc::Status& status) {
  scope_.set_code(status.error_code());
  Finish(status);
}

void Call::OnDone() {
  // What was sent did not arrive: the caller saw this instead.
  if (cancelled_) scope_.set_code(GivenUpCode());
  delete this;
}

}  // namespace advantaged
