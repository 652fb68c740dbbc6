// Where a description notices that nobody waits for it any more.
#ifndef ADVANTAGED_CORE_SURROGATE_STOP_POINT_H_
#define ADVANTAGED_CORE_SURROGATE_STOP_POINT_H_

#include <functional>
#include <utility>

namespace advantaged {

// Ends the computation, from inside of a quadrature too. It does not leave Describe.
struct Stopped {};

// Passed between the pieces of one description, each of which takes less than a millisecond.
class StopPoint {
 public:
  // An empty `stop` never stops.
  explicit StopPoint(std::function<bool()> stop) : stop_(std::move(stop)) {}

  // Throws Stopped once `stop`, which is asked now and then, says so.
  void Pass() {
    constexpr unsigned kInterval = 16;  // asking may take longer than a piece
    if (passed_++ % kInterval == 0 && stop_ && stop_()) throw Stopped();
  }

 private:
  const std::function<bool()> stop_;
  unsigned passed_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SURROGATE_STOP_POINT_H_
