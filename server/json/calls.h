// The calls that compute as JSON over HTTP (JsonRpc), on the same path as over gRPC.
//
// They are admitted by their Content-Length, before the body is read, so what is in memory is
// bounded. Reading JSON, computing and printing are work for the pool: the thread of the HTTP
// server also serves probes. Whether a text that can be read is admitted depends on the answer it
// asks for, too: a few bits may ask for megabytes.
#ifndef ADVANTAGED_SERVER_JSON_CALLS_H_
#define ADVANTAGED_SERVER_JSON_CALLS_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "server/http/message.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

class AccessLog;
class ComputeBackend;
class JsonRpc;

// Thread-safe.
class JsonCalls {
 public:
  // `backend` and `access_log` must outlive the object. Closed: everything is answered 503.
  JsonCalls(ComputeBackend& backend, AccessLog& access_log)
      : backend_(backend), access_log_(access_log) {}
  JsonCalls(const JsonCalls&) = delete;
  JsonCalls& operator=(const JsonCalls&) = delete;

  // The object must outlive the routes.
  std::vector<http::Route> MakeRoutes();

  void SetOpen(bool open) { open_ = open; }

  // From now on everything is answered 403: callers must prove by a certificate who they are, and
  // HTTP does not ask them.
  void DisableCompute() { disabled_ = true; }

  // Returns when all that was let in has been answered; at `deadline` the rest is cancelled. Closed
  // before, and drained before the HTTP server ends.
  void Drain(std::chrono::steady_clock::time_point deadline);

 private:
  using MakeJsonRpc = std::unique_ptr<JsonRpc> (*)();
  class Call;
  class Admitted;

  http::Route MakeRoute(const char* path, http::verb method, MakeJsonRpc make);
  std::shared_ptr<http::RequestGuard> Admit(Rpc rpc, const http::Head& head,
                                            http::Response& refusal);
  void Handle(std::unique_ptr<JsonRpc> rpc, http::Request request, http::Reply reply);

  ComputeBackend& backend_;
  AccessLog& access_log_;
  std::atomic<bool> open_ = false;
  std::atomic<bool> disabled_ = false;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;
  std::condition_variable less_;
  int admitted_ = 0;   // not yet answered
  int computing_ = 0;  // known to the pool
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_CALLS_H_
