#include "server/rpc/wire.h"

#include "server/rpc/call_queue.h"

namespace advantaged {

Wire::Wire(CallQueue& calls, grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue)
    : calls_(calls), queue_(queue) {
  const std::lock_guard lock(mutex_);
  context_.AsyncNotifyWhenDone(&over_);
  service.RequestCall(&context_, &stream_, &queue_, &queue_, &arrived_);
}

Wire::~Wire() { calls_.Gone(); }

void Wire::Read() {
  const std::lock_guard lock(mutex_);
  ++to_come_;
  stream_.Read(&message_, &read_);
}

void Wire::Write(const grpc::ByteBuffer& message) {
  const std::lock_guard lock(mutex_);
  ++to_come_;
  stream_.Write(message, &written_);
}

void Wire::End(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  stream_.Finish(status, &ended_);
}

void Wire::End(const grpc::ByteBuffer& last, const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  stream_.WriteAndFinish(last, {}, status, &ended_);
}

void Wire::Happen(const Event& event, bool ok) {
  { const std::lock_guard asked(event.wire.mutex_); }
  (event.wire.*event.happens)(ok);
}

void Wire::Arrived(bool ok) {
  if (!ok) {
    // The server shuts down. Of a call that never was, nothing else comes.
    delete this;
    return;
  }
  account_ = calls_.AccountOf(context_.peer());
  if (account_ != nullptr) account_->CallBegan();
  calls_.WaitForNext(queue_);
  calls_.Accepted(*this);
}

void Wire::HasRead(bool ok) {
  if (ok && account_ != nullptr) account_->MessageArrived(message_.Length());
  user_->OnRead(ok);
  Settle();
}

void Wire::HasWritten(bool ok) {
  user_->OnWritten(ok);
  Settle();
}

void Wire::HasEnded(bool /*ok*/) { Settle(); }

void Wire::IsOver(bool /*ok*/) {
  if (context_.IsCancelled()) user_->OnCancelled();
  Settle();
}

void Wire::Settle() {
  {
    const std::lock_guard lock(mutex_);
    if (--to_come_ > 0) return;
  }
  if (account_ != nullptr) account_->CallEnded();
  user_->OnOver();
  delete this;
}

}  // namespace advantaged
