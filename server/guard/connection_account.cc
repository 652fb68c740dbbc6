#include "server/guard/connection_account.h"

#include <sys/socket.h>

namespace advantaged {

void ConnectionAccount::CallBegan() {
  const std::lock_guard lock(mutex_);
  ++book_.calls;
  if (++book_.open > most_open_) ShutDownLocked(Closure::kStreams);
}

void ConnectionAccount::ReadBegan() {
  const std::lock_guard lock(mutex_);
  ++book_.reading;
}

void ConnectionAccount::ReadEnded(std::optional<std::uint64_t> message_bytes) {
  const std::lock_guard lock(mutex_);
  --book_.reading;
  if (message_bytes) {
    ++book_.messages;
    book_.message_bytes += *message_bytes;
  } else {
    ++book_.unfinished;
  }
}

void ConnectionAccount::CallEnded(CallEnd end) {
  const std::lock_guard lock(mutex_);
  --book_.open;
  if (end != CallEnd::kWell) ++book_.abandoned;
  if (end == CallEnd::kUnread) ++book_.unread;
}

ConnectionBook ConnectionAccount::book() const {
  const std::lock_guard lock(mutex_);
  return book_;
}

void ConnectionAccount::ShutDown(Closure why) {
  const std::lock_guard lock(mutex_);
  ShutDownLocked(why);
}

void ConnectionAccount::ShutDownLocked(Closure why) {
  if (closure_ || !fd_.valid()) return;
  closure_ = why;
  shutdown(fd_.get(), SHUT_RDWR);
  // gRPC would still read megabytes of what the kernel has. This copies nothing (tcp(7),
  // MSG_TRUNC).
  constexpr std::size_t kPiece = 1 << 20;
  constexpr int kPieces = 64;
  for (int i = 0; i < kPieces; ++i) {
    if (recv(fd_.get(), nullptr, kPiece, MSG_TRUNC | MSG_DONTWAIT) <= 0) break;
  }
}

std::optional<Closure> ConnectionAccount::closure() const {
  const std::lock_guard lock(mutex_);
  return closure_;
}

void ConnectionAccount::Close() {
  const std::lock_guard lock(mutex_);
  fd_ = FileDescriptor();
}

}  // namespace advantaged
