#include "server/signals.h"

#include <pthread.h>
#include <unistd.h>

namespace advantaged {

Signals::Signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

Signals::Event Signals::Wait(std::chrono::milliseconds time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec limit{.tv_sec = seconds.count(),
                       .tv_nsec = std::chrono::nanoseconds(time - seconds).count()};
  switch (sigtimedwait(&set_, nullptr, &limit)) {
    case SIGHUP:
      return Event::kReload;
    case SIGTERM:
      return Event::kTerminate;
    case SIGINT:
      return Event::kInterrupt;
    default:  // nothing came, or the wait was interrupted
      return Event::kTimeout;
  }
}

void Signals::EndAtOnce() {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int number : {SIGINT, SIGTERM}) {
    std::signal(number, [](int received) { _exit(128 + received); });
    // Wait() must not take it from the handler.
    sigdelset(&set_, number);
    sigaddset(&ends, number);
  }
  pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
}

}  // namespace advantaged
