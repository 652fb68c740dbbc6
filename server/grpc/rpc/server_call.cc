#include "server/grpc/rpc/server_call.h"

#include "server/grpc/rpc/call_queue.h"

namespace advantaged {

ServerCall::ServerCall(CallQueue& calls, grpc::AsyncGenericService& service,
                       grpc::ServerCompletionQueue& queue)
    : calls_(calls), queue_(queue) {
  const std::lock_guard lock(mutex_);
  context_.AsyncNotifyWhenDone(&done_);
  service.RequestCall(&context_, &stream_, &queue_, &queue_, &arrived_);
}

ServerCall::~ServerCall() { calls_.Gone(); }

void ServerCall::Read() {
  const std::lock_guard lock(mutex_);
  ++pending_;
  stream_.Read(&message_, &read_);
}

void ServerCall::Write(const grpc::ByteBuffer& message) {
  const std::lock_guard lock(mutex_);
  ++pending_;
  stream_.Write(message, &written_);
}

void ServerCall::End(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  stream_.Finish(status, &ended_);
}

void ServerCall::End(const grpc::ByteBuffer& last, const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  stream_.WriteAndFinish(last, {}, status, &ended_);
}

void ServerCall::Dispatch(const Event& event, bool ok) {
  { const std::lock_guard started(event.call.mutex_); }
  (event.call.*event.handle)(ok);
}

void ServerCall::Arrived(bool ok) {
  if (!ok) {
    // The server shuts down. Of a call that never was, nothing else comes.
    delete this;
    return;
  }
  calls_.WaitForNext(queue_);
  calls_.Accepted(*this);
}

void ServerCall::HasRead(bool ok) {
  handler_->OnRead(ok);
  FinishEvent();
}

void ServerCall::HasWritten(bool ok) {
  handler_->OnWritten(ok);
  FinishEvent();
}

void ServerCall::HasEnded(bool /*ok*/) { FinishEvent(); }

void ServerCall::NotifiedDone(bool /*ok*/) {
  if (context_.IsCancelled()) handler_->OnCancelled();
  FinishEvent();
}

void ServerCall::FinishEvent() {
  {
    const std::lock_guard lock(mutex_);
    if (--pending_ > 0) return;
  }
  handler_->OnDone();
  delete this;
}

}  // namespace advantaged
