// Work that waits for a thread, taken out so that every connection gets the same time of threads.
//
// Start-time fair queueing (Goyal, Vin, Cheng 1996) by measured time: the first piece of work of a
// connection starts, in virtual time, when the time that its connection has had ends, or now; the
// earliest start goes first. A connection that takes much waits behind itself, not in front of the
// others. How long a piece takes is known once it has ended: until then it is expected to take, and
// its connection pays, as much as the last one of that connection took. A connection that has been
// idle has saved a second at most, about one piece of the longest: without it a connection that
// sends little would wait for one piece of each of those that take turns. One that is new has saved
// nothing. When the queue is full, the connection
// with the longest line loses its newest piece.
#ifndef ADVANTAGED_SERVER_COMPUTE_FAIR_QUEUE_H_
#define ADVANTAGED_SERVER_COMPUTE_FAIR_QUEUE_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "server/compute/admission.h"

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

// Not thread-safe. Knows no clock: who runs the work says how long it took.
class FairQueue {
 public:
  using Duration = std::chrono::nanoseconds;

  struct Entry {
    ComputeTask* task = nullptr;
    ConnectionId connection = nullptr;
    std::chrono::steady_clock::time_point since{};
    Duration paid{0};  // by its connection, set by Pop
  };

  // Adds an entry to a queue that may hold `limit`. Returns the one that there is no room for, if
  // any: it may be the new one.
  std::optional<Entry> Push(const Entry& entry, std::size_t limit);
  // The next, or nothing if empty. It is under way until Finish.
  std::optional<Entry> Pop();
  // An entry of Pop has ended and took so long. When nothing waits and nothing is under way any
  // more, nobody has had more than others.
  void Finish(const Entry& entry, Duration took);

  std::size_t size() const { return size_; }
  // How long work takes, the last pieces weighing most; 0 before the first has ended.
  Duration expected() const { return expected_; }

 private:
  struct Waiting {
    std::uint64_t arrival;
    Entry entry;
  };
  // Virtual start, expected time, order of arrival.
  using Turn = std::tuple<Duration, Duration, std::uint64_t>;
  struct Line {
    std::deque<Waiting> waiting;
    std::size_t under_way = 0;
    Duration start{0};             // of the next entry, in virtual time
    std::optional<Duration> last;  // what the last piece of work took
    Turn turn{};                   // of the first entry
  };

  Duration Expected(const Line& line) const { return line.last.value_or(expected_); }
  // Of a line that has entries, between the two of which it may change.
  void TakePlace(Line& line);
  void LeavePlace(const Line& line) { turns_.erase(line.turn); }
  Line& Longest();
  Entry TakeNewest(Line& line);
  void ForgetLinesNowAndThen();

  // Also lines without an entry, so that it is known what they have had.
  std::unordered_map<ConnectionId, Line> lines_;
  std::map<Turn, Line*> turns_;  // of the lines that have entries
  std::size_t size_ = 0;
  std::size_t under_way_ = 0;
  Duration now_{0};     // the latest virtual start of an entry that was taken
  Duration latest_{0};  // of the starts of lines whose work has ended
  Duration expected_{0};
  std::uint64_t arrivals_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_FAIR_QUEUE_H_
