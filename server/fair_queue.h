// Work that waits for a thread, taken out so that every connection gets the same share.
//
// Start-time fair queueing (Goyal, Vin, Cheng 1996): a piece of work starts, in virtual time, when
// the one before it of its connection ends, or now; the earliest start goes first. A connection
// that sends much waits behind itself, not in front of the others. When the queue is full, the
// connection with the longest line loses its newest piece.
#ifndef ADVANTAGED_SERVER_FAIR_QUEUE_H_
#define ADVANTAGED_SERVER_FAIR_QUEUE_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "server/admission.h"

namespace advantaged {

// What a thread of the pool does for one call. Exactly one of the two is called, once.
class ComputeTask {
 public:
  // On a thread of the pool, after `waited` in the queue.
  virtual void Run(std::chrono::nanoseconds waited) = 0;
  // Instead, on the thread of whoever submits: there is no room. Room is likely after `delay`.
  virtual void Refuse(std::chrono::milliseconds delay) = 0;

 protected:
  ~ComputeTask() = default;
};

// Not thread-safe.
class FairQueue {
 public:
  struct Entry {
    ComputeTask* task = nullptr;
    ConnectionId connection = nullptr;
    double cost = 1;  // of the work, in any unit; > 0
    std::chrono::steady_clock::time_point since{};
  };

  // Adds an entry to a queue that may hold `limit`. Returns the one that there is no room for, if
  // any: it may be the new one.
  std::optional<Entry> Push(const Entry& entry, std::size_t limit);
  // The next, or nothing if empty.
  std::optional<Entry> Pop();
  // To be called when nothing waits and nothing that was taken is under way: what connections had
  // until now is forgotten. Not before, for a connection whose work is under way has its share.
  void EndBusyPeriod();
  std::size_t size() const { return waiting_.size(); }

 private:
  // Virtual start, then order of arrival.
  using Key = std::pair<double, std::uint64_t>;
  struct Line {
    std::deque<Key> keys;  // ascending
    double end = 0;        // virtual end of the last entry
  };

  Line& Longest();
  Entry TakeNewest(Line& line);
  void ForgetLinesNowAndThen();

  std::map<Key, Entry> waiting_;
  // Also lines without an entry whose last one has not ended in virtual time.
  std::unordered_map<ConnectionId, Line> lines_;
  double now_ = 0;  // virtual start of the entry taken last
  std::uint64_t arrivals_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_FAIR_QUEUE_H_
