#include "server/daemon.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

#include "server/kernel_report.h"
#include "server/listener.h"
#include "server/memory.h"
#include "server/pages.h"
#include "server/version.h"

namespace advantaged {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTick{1000};
// After five to ten seconds without a batch a burst is over: the next comes after minutes.
constexpr unsigned kTicksToIdle = 5;
// How often the files of TLS are read.
constexpr unsigned kTicksToLook = 5;
// Kept in messages between calls.
constexpr std::uint64_t kPooledBytes = 128U << 20;

// One thread that reads and writes keeps several busy that compute, and hands no call over.
std::size_t NetworkThreads(std::size_t compute_threads) {
  return std::max<std::size_t>(1, compute_threads / 4);
}

}  // namespace

Daemon::Daemon(ConfigurationSource source, Configuration configuration, Log& log)
    : log_(log),
      source_(std::move(source)),
      configuration_(std::move(configuration)),
      ready_file_(options().ready_file),
      access_log_(log.access()),
      metrics_(BuildLabels(), {.runs = options().metrics_runs, .idle = options().metrics_run_idle}),
      messages_(kPooledBytes),
      backend_(options().compute, metrics_) {
  probes_.alive = [this] { return !backend_.IsStuck(steady_clock::now()); };
}

Daemon::~Daemon() { metrics_page_.Close(); }

bool Daemon::Run() {
  Apply();
  std::string error;
  if (!Start(error)) {
    spdlog::error("{}", error);
    return false;
  }
  auto event = Signals::Event::kTimeout;
  while (event == Signals::Event::kTimeout || event == Signals::Event::kReload) {
    event = signals_.Wait(kTick);
    if (event == Signals::Event::kReload) Reload();
    Tick();
  }
  ShutDown(event);
  return true;
}

bool Daemon::Start(std::string& error) {
  if (!ReportKernels(kernel_test_, metrics_, error)) return false;
  if (!options().tls_certificate.empty()) {
    tls_ = Tls::Open({.certificate = options().tls_certificate,
                      .key = options().tls_key,
                      .client_ca = options().tls_client_ca},
                     metrics_.tls(), error);
    if (tls_ == nullptr) return false;
    tls_->SetClientNames(options().tls_client_names);
    if (!options().tls_client_ca.empty()) json_calls_.Forbid();
  }
  // First, so that probes are answered from the start.
  if (options().http_listen && !StartHttp(error)) return false;
  grpc_server_ =
      GrpcServer::Start({.listener = {.addresses = options().listen,
                                      .socket_mode = options().socket_mode,
                                      .max_connections = options().max_connections},
                         .tls = tls_ == nullptr ? nullptr : tls_->credentials(),
                         .threads = NetworkThreads(backend_.threads()),
                         .max_streams_per_connection = options().max_streams_per_connection,
                         .max_metadata_bytes = options().compute.max_metadata_bytes},
                        backend_, messages_, metrics_, access_log_, error);
  if (grpc_server_ == nullptr) return false;
  for (const std::string& address : grpc_server_->addresses()) spdlog::info("grpc on {}", address);

  json_calls_.SetOpen(true);
  probes_.started = true;
  probes_.ready = true;
  return ready_file_.Write(grpc_server_->addresses(), http_server_ ? http_server_->address() : "",
                           error);
}

bool Daemon::StartHttp(std::string& error) {
  auto routes = MakePages(probes_, options().compute.max_request_bytes);
  std::ranges::move(json_calls_.MakeRoutes(), std::back_inserter(routes));
  routes.push_back(metrics_page_.MakeRoute());
  const std::size_t wanted = options().http_max_connections;
  const std::size_t connections = AffordableHttpConnections(wanted, options().max_connections);
  if (connections < wanted) {
    spdlog::warn(
        "--http-max-connections {} is lowered to {}: gRPC and the rest may need the other "
        "file descriptors that this process may open (ulimit -n)",
        wanted, connections);
  }
  metrics_.load().SetLimit("http_max_connections", static_cast<double>(connections));
  http_server_ = http::Server::Start(*options().http_listen, std::move(routes),
                                     {.time = options().http_timeout, .connections = connections},
                                     metrics_.http(), error);
  if (http_server_ == nullptr) return false;
  spdlog::info("http on {}", http_server_->address());
  return true;
}

void Daemon::Apply() {
  log_.SetLevel(options().log_level);
  access_log_.SetLinesPerSecond(options().access_log_per_second);
  backend_.SetLimits(options().compute);
  metrics_.config().SetHash(configuration_.Hash());
  if (tls_ != nullptr) tls_->SetClientNames(options().tls_client_names);
}

void Daemon::Reload() {
  Errors errors;
  std::vector<std::string> applied;
  std::vector<std::string> need_restart;
  const Configuration next = source_.Load(errors);
  metrics_.config().CountReload(errors.empty());
  if (errors.empty()) configuration_.Reload(next, applied, need_restart);
  // Before it is said: whoever reads that a setting has changed may go by it.
  Apply();
  // Whoever sends the signal wants to read the answer, whatever the level is.
  spdlog::set_level(std::min(spdlog::get_level(), spdlog::level::info));
  for (const std::string& error : errors) spdlog::error("{}", error);
  if (!errors.empty()) spdlog::error("SIGHUP: the configuration is left as it was");
  for (const std::string& key : applied) spdlog::info("SIGHUP: {} has changed", key);
  for (const std::string& key : need_restart) spdlog::warn("SIGHUP: {} needs a restart", key);
  if (errors.empty() && applied.empty() && need_restart.empty()) {
    spdlog::info("SIGHUP: no setting has changed");
  }
  if (tls_ != nullptr) tls_->Look();
  log_.SetLevel(options().log_level);
}

void Daemon::Tick() {
  grpc_server_->SetAlive(probes_.alive());
  metrics_.batch().ExpireIdleRuns(steady_clock::now());
  metrics_.log().SetDropped(log_.dropped());
  ++ticks_;
  if (tls_ != nullptr && ticks_ % kTicksToLook == 0) tls_->Look();
  if (ticks_ % kTicksToIdle == 0) FreeIdleMemory();
}

void Daemon::FreeIdleMemory() {
  messages_.Shrink();
  const std::uint64_t computed = backend_.computed();
  if (computed == computed_) ReturnFreeMemory();
  computed_ = computed;
}

void Daemon::Linger(milliseconds time) {
  const auto end = steady_clock::now() + time;
  for (auto now = steady_clock::now(); now < end; now = steady_clock::now()) {
    signals_.Wait(std::min(kTick, std::chrono::ceil<milliseconds>(end - now)));
    Tick();
  }
}

void Daemon::ShutDown(Signals::Event cause) {
  const bool terminated = cause == Signals::Event::kTerminate;
  signals_.EndAtOnce();
  probes_.ready = false;
  grpc_server_->SetReady(false);
  // Load balancers take a while to hear it. Who is at the terminal (SIGINT) has none.
  if (terminated && options().drain_delay.count() > 0) {
    spdlog::info("SIGTERM: not ready; calls are accepted for {} ms", options().drain_delay.count());
    Linger(options().drain_delay);
  }
  spdlog::info("{}: finishing calls in flight", terminated ? "SIGTERM" : "SIGINT");
  const auto deadline = steady_clock::now() + options().drain_timeout;
  json_calls_.SetOpen(false);
  grpc_server_->Drain(options().drain_timeout);
  json_calls_.Drain(deadline);
  spdlog::info("bye");
}

}  // namespace advantaged
