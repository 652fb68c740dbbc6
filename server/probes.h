// What orchestrators ask, over HTTP (/startupz, /readyz, /livez) and over gRPC (the health names
// "startup", "readiness", "liveness"):
//
//   startup    Has it started? From then on yes, also while it shuts down.
//   readiness  Should it get calls? Not before the start, not after SIGTERM.
//   liveness   Would killing it help? Only if it is stuck; being busy or shutting down is not.
#ifndef ADVANTAGED_SERVER_PROBES_H_
#define ADVANTAGED_SERVER_PROBES_H_

#include <atomic>
#include <functional>

namespace advantaged {

struct Probes {
  std::atomic<bool> started = false;
  std::atomic<bool> ready = false;
  // Called by any thread. False: calls are no longer worked on.
  std::function<bool()> alive = [] { return true; };
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_PROBES_H_
