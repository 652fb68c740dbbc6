// One line for each call, whatever brought it, and fewer when there are many calls. Nothing of what
// was computed is logged, and no text of a client without bounds.
#ifndef ADVANTAGED_SERVER_LOG_ACCESS_LOG_H_
#define ADVANTAGED_SERVER_LOG_ACCESS_LOG_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/log/line_budget.h"
#include "server/log/stage_times.h"

namespace spdlog {
class logger;
}

namespace advantaged {

// What a line says. What is empty is left out. Strings may be anything: the line has them escaped,
// and cut after 128 bytes.
struct AccessRecord {
  std::string_view transport;               // "grpc" or "http"
  std::string_view rpc;                     // e.g. "ComputeAdvantages"
  std::optional<std::uint64_t> items = {};  // of a stream, at its end
  std::string item = {};                    // the id of one of them
  std::string method;                       // as in the table of methods
  std::string run;                          // as the caller named it
  std::string peer;                         // IP:PORT, or "unix"
  std::optional<std::uint64_t> groups;
  std::optional<std::uint64_t> responses;  // masked ones, too
  std::optional<std::uint64_t> request_bytes;
  std::optional<std::uint64_t> response_bytes;
  std::optional<StageTimes> stages;
  double total_us = 0;  // from the request's receipt to the end of the call
  std::string traceparent;
};

// Thread-safe.
class AccessLog {
 public:
  using Clock = LineBudget::Clock;

  // `logger` is Log::access(). Lines are of level info.
  explicit AccessLog(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

  // Calls that end well, and all others, have so many lines in a second each; what was skipped, or
  // had no memory, is counted in the next line of its kind. At level debug every call has its line.
  // 0: no lines.
  void SetLinesPerSecond(std::uint32_t lines) { lines_per_second_ = lines; }

  // A call has ended with this canonical code. Its record is only asked for if there is a line.
  void Write(int code, const std::function<void(AccessRecord&)>& describe,
             Clock::time_point now = Clock::now());

 private:
  const std::shared_ptr<spdlog::logger> logger_;
  std::atomic<std::uint32_t> lines_per_second_ = 0;
  LineBudget good_;
  LineBudget bad_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_ACCESS_LOG_H_
