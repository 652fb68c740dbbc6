// advantaged: the daemon. Starts everything in order, waits for a signal, ends everything in order.

#include <pthread.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>

#include "server/grpc_server.h"
#include "server/http/server.h"
#include "server/metrics/metrics.h"
#include "server/options.h"
#include "server/pages.h"
#include "server/ready_file.h"
#include "server/version.h"

namespace advantaged {
namespace {

constexpr int kStartupError = 1;
// What is in flight may take this long after a signal; Kubernetes kills after 30 s.
constexpr std::chrono::seconds kDrainLimit{25};

// The signals that end the server, held back in every thread so that main alone receives them,
// outside of a signal handler. Make it before the first thread.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  // Returns the name of the signal. A second one ends the process at once.
  const char* Wait() const {
    int number = 0;
    sigwait(&set_, &number);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
    return number == SIGINT ? "SIGINT" : "SIGTERM";
  }

 private:
  sigset_t set_{};
};

void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Fail(const std::string& error) {
  spdlog::error("{}", error);
  return kStartupError;
}

int Serve(const ServerOptions& options) {
  const EndSignals signals;
  ReadyFile ready_file(options.ready_file);
  Metrics metrics(BuildLabels());
  std::atomic<bool> ready = false;
  std::string error;

  // First, so that probes are answered from the start.
  std::unique_ptr<http::Server> http_server;
  if (options.http_listen) {
    http_server = http::Server::Start(
        *options.http_listen, MakePages(metrics, ready, ServerInfoJson(options.max_request_bytes)),
        {}, error);
    if (http_server == nullptr) return Fail(error);
    spdlog::info("http on {}", http_server->address());
  }
  const auto grpc_server = GrpcServer::Start({.listen = options.listen,
                                              .socket_mode = options.socket_mode,
                                              .max_request_bytes = options.max_request_bytes},
                                             metrics, error);
  if (grpc_server == nullptr) return Fail(error);
  for (const std::string& address : grpc_server->addresses()) spdlog::info("grpc on {}", address);

  ready = true;
  if (!ready_file.Write(grpc_server->addresses(), http_server ? http_server->address() : "", error))
    return Fail(error);

  spdlog::info("{}: finishing calls in flight", signals.Wait());
  ready = false;
  grpc_server->Drain(kDrainLimit);
  spdlog::info("bye");
  return 0;
}

}  // namespace
}  // namespace advantaged

int main(int argc, char** argv) {
  // A reader of the log that went away must not end the server.
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_color_mt("advantaged"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  advantaged::RaiseFileLimit();
  int exit_code = 0;
  const auto options = advantaged::ParseServerOptions(argc, argv, std::cout, std::cerr, exit_code);
  return options ? advantaged::Serve(*options) : exit_code;
}
