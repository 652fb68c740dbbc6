// The life of the server: start, serve, reload, shut down.
#ifndef ADVANTAGED_SERVER_DAEMON_H_
#define ADVANTAGED_SERVER_DAEMON_H_

#include <chrono>
#include <memory>
#include <string>

#include "core/self_test.h"
#include "server/compute_backend.h"
#include "server/config/configuration.h"
#include "server/grpc_server.h"
#include "server/http/server.h"
#include "server/json_calls.h"
#include "server/log/access_log.h"
#include "server/log/log.h"
#include "server/message_pool.h"
#include "server/metrics/metrics.h"
#include "server/metrics_page.h"
#include "server/probes.h"
#include "server/ready_file.h"
#include "server/signals.h"
#include "server/tls/tls.h"

namespace advantaged {

class Daemon {
 public:
  // `log` must outlive the daemon.
  Daemon(ConfigurationSource source, Configuration configuration, Log& log);
  ~Daemon();
  // Serves until SIGTERM or SIGINT. Returns false if it could not start; the log says why.
  bool Run();

 private:
  const ServerOptions& options() const { return configuration_.options(); }
  bool Start(std::string& error);
  bool StartHttp(std::string& error);
  // Puts every setting with Change::kAtReload into effect; at the start, too.
  void Apply();
  // SIGHUP. A file with errors changes nothing.
  void Reload();
  // Once a second, as long as the process lives.
  void Tick();
  // Gives the memory of a burst of calls, or of whatever else came, back once it is over.
  void FreeIdleMemory();
  // Sleeps for `time`, with ticks.
  void Linger(std::chrono::milliseconds time);
  void ShutDown(Signals::Event cause);

  // First, before any thread is made (that of the log receives no signals).
  Signals signals_;
  Log& log_;
  const ConfigurationSource source_;
  Configuration configuration_;
  ReadyFile ready_file_;
  AccessLog access_log_;
  // Before the metrics, which name the target that kernels run on, and before any thread computes.
  const KernelTest kernel_test_ = TestKernels();
  Metrics metrics_;
  // Before the backend, whose threads are the last to look at messages.
  MessagePool messages_;
  ComputeBackend backend_;
  Probes probes_;
  JsonCalls json_calls_{backend_, access_log_};
  MetricsPage metrics_page_{[this] { return metrics_.Page(); }};
  std::unique_ptr<http::Server> http_server_;
  std::unique_ptr<Tls> tls_;  // null: gRPC is plain
  std::unique_ptr<GrpcServer> grpc_server_;
  unsigned ticks_ = 0;
  std::uint64_t computed_ = 0;  // batches, when FreeIdleMemory last looked
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_DAEMON_H_
