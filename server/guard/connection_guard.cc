#include "server/guard/connection_guard.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <vector>

#include "server/guard/bytes_read.h"
#include "server/guard/calls_by_peer.h"

namespace advantaged {
namespace {

using std::chrono::milliseconds;

// Between two looks. Attacks were seen to fill 1.8 GiB in a second.
constexpr milliseconds kShort{5};
constexpr milliseconds kHalfFull{20};
constexpr milliseconds kHalfEmpty{100};
constexpr milliseconds kUnlimited{1000};
// Between two readings of connections while there is memory, so that frames and headers of good
// calls do not add up.
constexpr milliseconds kReadAgain{1000};
// What a connection held that was shut down is freed by then.
constexpr std::chrono::seconds kLeft{1};
constexpr std::uint32_t kLinesPerSecond = 5;

// Throws away what gRPC has not read of it: gRPC reads megabytes of frames also of who has gone.
void Empty(int fd) {
  // This copies nothing (tcp(7), MSG_TRUNC).
  constexpr std::size_t kPiece = 1 << 20;
  constexpr int kPieces = 64;
  for (int i = 0; i < kPieces; ++i) {
    if (recv(fd, nullptr, kPiece, MSG_TRUNC | MSG_DONTWAIT) <= 0) return;
  }
}

}  // namespace

ConnectionGuard::ConnectionGuard(std::uint32_t streams, MemoryGuard& memory,
                                 ConnectionObserver& observer)
    : streams_(streams), memory_(memory), observer_(observer) {}

ConnectionGuard::~ConnectionGuard() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ends_.notify_all();
  thread_.join();
}

void ConnectionGuard::Start() {
  thread_ = std::thread([this] { Run(); });
}

void ConnectionGuard::Add(int fd, const Peer& peer) {
  auto account = std::make_shared<ConnectionAccount>();
  const std::lock_guard lock(mutex_);
  by_peer_[peer] = account;
  guarded_.emplace(fd, Guarded{.peer = peer, .account = std::move(account)});
}

void ConnectionGuard::Remove(int fd) {
  const std::lock_guard lock(mutex_);
  const auto guarded = guarded_.find(fd);
  if (guarded == guarded_.end()) return;
  Empty(fd);
  // The client may have opened another from the same port already.
  const auto found = by_peer_.find(guarded->second.peer);
  if (found != by_peer_.end() && found->second == guarded->second.account) by_peer_.erase(found);
  guarded_.erase(guarded);
}

std::shared_ptr<ConnectionAccount> ConnectionGuard::Find(std::string_view peer) const {
  const std::optional<Peer> key = ParsePeer(peer);
  if (!key) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = by_peer_.find(*key);
  return found == by_peer_.end() ? nullptr : found->second;
}

void ConnectionGuard::Run() {
  while (true) {
    const MemoryReading memory = memory_.Look(Clock::now());
    std::unique_lock lock(mutex_);
    if (memory.limit > 0) Relieve(memory);
    if (ends_.wait_for(lock, Rest(memory), [this] { return ending_; })) return;
  }
}

milliseconds ConnectionGuard::Rest(const MemoryReading& memory) const {
  if (memory.limit == 0) return kUnlimited;
  if (HowShort(memory) != Shortage::kNone) return kShort;
  return memory.resident > memory.limit / 2 ? kHalfFull : kHalfEmpty;
}

void ConnectionGuard::Relieve(MemoryReading memory) {
  const auto now = Clock::now();
  while (!leaving_.empty() && now - leaving_.front().since >= kLeft) leaving_.pop_front();
  accepts_none_ = !leaving_.empty() && HowShort(memory) == Shortage::kCritical;
  if (HowShort(memory) == Shortage::kNone) {
    if (now - read_ >= kReadAgain) Read();
    return;
  }
  Read();
  for (const Leaving& one : leaving_) memory.leaving += one.bytes;

  const std::map<Peer, std::uint64_t> calls = OpenCallsByPeer();
  std::vector<int> fds;
  std::vector<ConnectionReading> readings;
  for (auto& [fd, guarded] : guarded_) {
    if (guarded.is_shut) continue;
    const auto found = calls.find(guarded.peer);
    guarded.reading.calls = found == calls.end() ? 0 : found->second;
    fds.push_back(fd);
    readings.push_back(guarded.reading);
  }
  for (const auto& [connection, why] : Judge(memory, readings, streams_)) {
    ShutDown(fds[connection], why, memory);
  }
}

void ConnectionGuard::Read() {
  for (auto& [fd, guarded] : guarded_) {
    const CallTotals totals = guarded.account->totals();
    guarded.reading.has_called = totals.calls > 0;
    const auto received = BytesRead(fd);
    if (received) guarded.reading.unaccounted = guarded.bytes.Update(*received, totals);
  }
  read_ = Clock::now();
}

void ConnectionGuard::ShutDown(int fd, Closure why, const MemoryReading& memory) {
  Guarded& guarded = guarded_.at(fd);
  shutdown(fd, SHUT_RDWR);
  Empty(fd);
  guarded.is_shut = true;
  leaving_.push_back({Clock::now(), Weight(guarded.reading)});
  observer_.OnShutDown(why);
  std::uint64_t skipped = 0;
  if (!lines_.Take(kLinesPerSecond, Clock::now(), skipped)) return;
  spdlog::warn(
      "memory is short ({} of {} MiB): connection of {} shut down ({}), with {} open calls and {} "
      "KiB that belong to no message; {} such lines left out",
      memory.resident >> 20, memory.limit >> 20, guarded.peer.ToString(),
      kClosures[static_cast<std::size_t>(why)], guarded.reading.calls,
      guarded.reading.unaccounted >> 10, skipped);
}

}  // namespace advantaged
