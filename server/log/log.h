// The log: lines on standard error, as text for people or as JSON for programs.
//
// Everyone logs with spdlog::info() and its like, at any time and on any thread, and never waits:
// lines go through a bounded queue to a thread that writes. If nobody reads standard error, the
// oldest lines are dropped and counted.
#ifndef ADVANTAGED_SERVER_LOG_LOG_H_
#define ADVANTAGED_SERVER_LOG_LOG_H_

#include <unistd.h>

#include <memory>

#include "server/log/dropped_lines.h"
#include "server/log/options.h"

namespace spdlog {
class logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace advantaged {

class DescriptorSink;

// One at a time; make it before what logs. Messages of gRPC and protobuf become lines, too. Its
// thread receives no signals.
class Log {
 public:
  // kAuto: text if the descriptor is a terminal, else JSON.
  explicit Log(LogFormat format, int descriptor = STDERR_FILENO);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  // Writes what is queued, if that takes no longer than a second.
  ~Log();

  // Any thread.
  void SetLevel(LogLevel level);

  // For AccessLog: its messages are members of a JSON object, without the braces.
  std::shared_ptr<spdlog::logger> access() const { return access_; }

  // Any thread.
  DroppedLines dropped() const;

 private:
  const std::shared_ptr<DescriptorSink> sink_;
  std::shared_ptr<spdlog::details::thread_pool> writer_;
  const std::shared_ptr<spdlog::logger> main_;
  const std::shared_ptr<spdlog::logger> access_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_LOG_H_
