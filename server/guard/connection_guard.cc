#include "server/guard/connection_guard.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "server/guard/tcp_counts.h"

namespace advantaged {
namespace {

constexpr std::uint32_t kLinesPerSecond = 5;
// Of the limit of memory: messages that are on their way, over all connections.
constexpr double kUnfinishedShare = 0.5;
// Bytes of a connection: with fewer it is not what fills the memory, though gRPC makes of each byte
// of a call that it has not told us of some hundred.
constexpr std::uint64_t kWorthClosing = 128 << 10;
// When memory is as short, connections that have never finished a message go first, with fewer.
constexpr std::uint64_t kStrangerBytes = 16 << 10;

// A thread that is busy for so many CPU seconds without serving a call, with fewer bytes in a CPU
// second than the slowest machine reads of a message, is held by what is no message: by the
// connection with most bytes, if those are worth mentioning.
constexpr double kLongestHold = 0.04;
constexpr double kSlowestBytes = 16 << 20;
constexpr double kHoldingBytes = 16 << 10;

}  // namespace

std::shared_ptr<ConnectionAccount> ConnectionGuard::Find(std::string_view peer) const {
  const std::optional<Peer> key = ParsePeer(peer);
  if (!key) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = by_peer_.find(*key);
  return found == by_peer_.end() ? nullptr : found->second;
}

void ConnectionGuard::Add(FileDescriptor fd, const Peer& peer) {
  const int key = fd.get();
  auto account = std::make_shared<ConnectionAccount>(std::move(fd), peer, MostOpenCalls(limits_));
  guarded_.emplace(key, Guarded{account, ConnectionTab(Clock::now())});
  const std::lock_guard lock(mutex_);
  by_peer_[peer] = std::move(account);
}

void ConnectionGuard::Remove(int fd) {
  const auto guarded = guarded_.find(fd);
  const std::shared_ptr<ConnectionAccount> account = std::move(guarded->second.account);
  guarded_.erase(guarded);
  awake_.erase(fd);
  {
    const std::lock_guard lock(mutex_);
    // The client may have opened another from the same port already.
    const auto found = by_peer_.find(account->peer());
    if (found != by_peer_.end() && found->second == account) by_peer_.erase(found);
  }
  if (const auto why = account->closure()) Report(*account, *why);
  account->Close();
}

std::vector<int> ConnectionGuard::Look(double held) {
  std::vector<int> resting;
  for (const int fd : awake_) {
    Guarded& guarded = guarded_.at(fd);
    const ConnectionBook book = guarded.account->book();
    const auto counts = CountsOf(fd);
    if (!counts) {
      resting.push_back(fd);
      continue;
    }
    const ConnectionSight sight{
        .book = book,
        .received = counts->received - std::min(counts->unread, counts->received),
        .sent = counts->sent,
        .time = Clock::now()};
    guarded.brought = counts->received;
    guarded.moved = sight.received + sight.sent;
    if (const auto why = guarded.tab.Look(sight, limits_)) guarded.account->ShutDown(*why);
    if (!guarded.tab.is_moving()) resting.push_back(fd);
  }
  EndHold(held);
  for (const int fd : resting) awake_.erase(fd);
  RelieveMemory();
  return resting;
}

void ConnectionGuard::EndHold(double held) {
  double moved = 0;
  double most = kHoldingBytes;
  ConnectionAccount* worst = nullptr;
  for (const int fd : awake_) {
    Guarded& guarded = guarded_.at(fd);
    if (guarded.account->closure()) continue;
    if (held < kLongestHold) {
      if (held == 0) guarded.moved_free = guarded.moved;
      continue;
    }
    const double own = static_cast<double>(guarded.moved) - static_cast<double>(guarded.moved_free);
    moved += own;
    if (own <= most) continue;
    most = own;
    worst = guarded.account.get();
  }
  if (worst != nullptr && moved < held * kSlowestBytes) worst->ShutDown(Closure::kHolding);
}

void ConnectionGuard::RelieveMemory() {
  const std::uint64_t limit = memory_.limit();
  if (limit == 0) return;
  std::uint64_t unfinished = 0;
  std::uint64_t most = kWorthClosing;
  ConnectionAccount* worst = nullptr;
  for (const auto& [fd, guarded] : guarded_) {
    if (guarded.account->closure()) continue;
    unfinished += guarded.tab.unaccounted();
    if (guarded.tab.unaccounted() <= most) continue;
    most = guarded.tab.unaccounted();
    worst = guarded.account.get();
  }
  const bool critical = memory_.Look() == MemoryGuard::Level::kCritical;
  for (const auto& [fd, guarded] : guarded_) {
    if (critical && guarded.brought > kStrangerBytes && guarded.account->book().messages == 0) {
      guarded.account->ShutDown(Closure::kMemory);
    }
  }
  if (worst == nullptr) return;
  if (critical || static_cast<double>(unfinished) > kUnfinishedShare * static_cast<double>(limit)) {
    worst->ShutDown(Closure::kMemory);
  }
}

void ConnectionGuard::Report(const ConnectionAccount& account, Closure why) {
  metrics_.Count(why);
  std::uint64_t skipped = 0;
  if (!lines_.Take(kLinesPerSecond, Clock::now(), skipped)) return;
  const ConnectionBook book = account.book();
  spdlog::warn(
      "connection of {} closed: {}; it had brought {} calls, {} of them abandoned, and {} messages "
      "with {} bytes; {} such lines skipped",
      account.peer().ToString(), kClosures[static_cast<std::size_t>(why)], book.calls,
      book.abandoned, book.messages, book.message_bytes, skipped);
}

}  // namespace advantaged
