// The signals that a running server obeys.
#ifndef ADVANTAGED_SERVER_SIGNALS_H_
#define ADVANTAGED_SERVER_SIGNALS_H_

#include <chrono>
#include <csignal>

namespace advantaged {

// SIGTERM, SIGINT and SIGHUP, held back in every thread so that one alone receives them, outside of
// a signal handler. Make it before the first thread.
class Signals {
 public:
  enum class Event { kTimeout, kReload, kTerminate, kInterrupt };

  Signals();
  // The next signal, or kTimeout after `time` at the latest.
  Event Wait(std::chrono::milliseconds time) const;
  // From here on SIGTERM and SIGINT end the process at once, with exit code 128 + number. A handler
  // does, because the first process of a container is not ended by signals that it does not handle.
  void EndAtOnce();

 private:
  sigset_t set_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_SIGNALS_H_
