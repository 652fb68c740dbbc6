#include "server/call.h"

#include <grpcpp/server_context.h>

#include <chrono>
#include <string>

#include "server/errors.h"

namespace advantaged {

bool Call::Expired() const { return context_.deadline() <= std::chrono::system_clock::now(); }

GivenUp Call::CheckGivenUp() const {
  if (Expired()) return GivenUp::kDeadline;
  return context_.IsCancelled() ? GivenUp::kCancelled : GivenUp::kNo;
}

void Call::End(const CallStatus& status) {
  scope_.set_code(status.code);
  if (status.code == CallStatus::kResourceExhausted) {
    // Negative: never.
    const auto delay = status.retry_delay ? status.retry_delay->count() : -1;
    context_.AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(delay));
  }
  Finish(ToGrpcStatus(status));
}

void Call::OnDone() {
  // What was sent did not arrive: the caller saw this instead.
  if (cancelled_) scope_.set_code(Expired() ? grpc::DEADLINE_EXCEEDED : grpc::CANCELLED);
  delete this;
}

}  // namespace advantaged
