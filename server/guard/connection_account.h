// What the calls of one TCP connection say of it: which of its bytes belonged to messages that have
// arrived in full.
#ifndef ADVANTAGED_SERVER_GUARD_CONNECTION_ACCOUNT_H_
#define ADVANTAGED_SERVER_GUARD_CONNECTION_ACCOUNT_H_

#include <atomic>
#include <cstdint>

namespace advantaged {

// Since the connection was opened.
struct CallTotals {
  std::uint64_t calls = 0;
  std::uint64_t messages = 0;
  std::uint64_t message_bytes = 0;
  std::uint64_t rests = 0;  // times that its last open call ended
};

// Thread-safe: the threads of the network write, the guard reads.
class ConnectionAccount {
 public:
  void CallBegan() {
    ++calls_;
    ++open_;
  }
  void MessageArrived(std::uint64_t bytes) {
    ++messages_;
    message_bytes_ += bytes;
  }
  void CallEnded() {
    if (--open_ == 0) ++rests_;
  }

  CallTotals totals() const {
    return {
        .calls = calls_, .messages = messages_, .message_bytes = message_bytes_, .rests = rests_};
  }

 private:
  std::atomic<std::uint64_t> open_ = 0;
  std::atomic<std::uint64_t> calls_ = 0;
  std::atomic<std::uint64_t> messages_ = 0;
  std::atomic<std::uint64_t> message_bytes_ = 0;
  std::atomic<std::uint64_t> rests_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_CONNECTION_ACCOUNT_H_
