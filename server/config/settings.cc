#include "server/config/settings.h"

#include <algorithm>

#include "server/tls/client_names.h"

namespace advantaged {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Options = ServerOptions;

constexpr std::string_view kGrpc = "gRPC";
constexpr std::string_view kTls = "TLS";
constexpr std::string_view kLimits = "Limits";
constexpr std::string_view kHttp = "HTTP";
constexpr std::string_view kMetrics = "Metrics";
constexpr std::string_view kProcess = "Process";

// Small enough for a useful error to travel; protobuf messages end at 2 GiB.
constexpr std::uint64_t kSmallestRequestLimit = 1U << 10;
constexpr std::uint64_t kLargestRequestLimit = 1U << 30;

std::string Replaced(std::string_view name, char (*letter)(char)) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), letter);
  return text;
}

}  // namespace

std::string Setting::flag() const { return "--" + std::string(name); }

std::string Setting::key() const {
  return Replaced(name, [](char c) { return c == '-' ? '_' : c; });
}

std::string Setting::variable() const {
  return "ADVANTAGED_" + Replaced(name, [](char c) {
           return c == '-' ? '_' : 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
         });
}

std::span<const Setting> Settings() {
  static const std::vector<Setting> rows = {
      {"listen", kGrpc, Change::kAtRestart, AddressList(&Options::listen),
       "Where gRPC listens: HOST:PORT (port 0 picks a free one) or unix:PATH; repeatable"},
      {"socket-mode", kGrpc, Change::kAtRestart, FileMode(&Options::socket_mode),
       "Exact file mode of Unix sockets, octal"},

      {"tls-certificate", kTls, Change::kAtRestart, Path(&Options::tls_certificate),
       "Chain of the server's certificate, PEM; TCP addresses of gRPC then speak TLS"},
      {"tls-key", kTls, Change::kAtRestart, Path(&Options::tls_key),
       "Private key of this certificate, PEM"},
      {"tls-client-ca", kTls, Change::kAtRestart, Path(&Options::tls_client_ca),
       "Authorities, PEM; clients then need a certificate that one of them signed"},
      {"tls-client-names", kTls, Change::kAtReload,
       TextList(&Options::tls_client_names, "NAME", CheckNamePattern),
       "Names of which such a certificate must have one; *.NAME is any one label; repeatable"},

      {"max-connections", kLimits, Change::kAtRestart,
       Count(
           [](auto& o) -> auto& { return o.max_connections; }, 1, 1'000'000),
       "Open gRPC connections; one more is closed at once"},
      {"max-streams-per-connection", kLimits, Change::kAtRestart,
       Count(
           [](auto& o) -> auto& { return o.max_streams_per_connection; }, 1, 1'000'000),
       "Calls of one connection at a time; its client holds back further ones"},
      {"max-request-bytes", kLimits, Change::kAtRestart,
       Bytes(
           [](auto& o) -> auto& { return o.compute.max_request_bytes; }, kSmallestRequestLimit,
           kLargestRequestLimit),
       "Largest request, serialized; a larger one is refused for good"},
      {"max-metadata-bytes", kLimits, Change::kAtRestart,
       Bytes(
           [](auto& o) -> auto& { return o.compute.max_metadata_bytes; }, 256, 1U << 20),
       "Largest metadata of a call; more is refused for good"},
      {"max-memory", kLimits, Change::kAtReload,
       BytesOrAuto(
           [](auto& o) -> auto& { return o.compute.max_memory; }, std::uint64_t{1} << 40),
       "Memory of the process: near it calls are refused; 0: no limit; auto: its control group's"},
      {"max-in-flight-calls", kLimits, Change::kAtReload,
       Count(
           [](auto& o) -> auto& { return o.compute.admission.calls; }, 1, 1U << 20),
       "calls that compute whose answer has not been sent"},
      {"max-in-flight-bytes", kLimits, Change::kAtReload,
       Bytes(
           [](auto& o) -> auto& { return o.compute.admission.bytes; }, 1U << 20,
           std::uint64_t{1} << 40),
       "Bytes of their requests and answers"},
      {"connection-share", kLimits, Change::kAtReload,
       Share([](auto& o) -> auto& { return o.compute.admission.connection_share; }),
       "Share of these calls and bytes that one connection may have"},
      {"max-queued-calls", kLimits, Change::kAtReload,
       Count(
           [](auto& o) -> auto& { return o.compute.pool.queued_calls; }, 0, 1U << 20),
       "Calls that wait for a thread"},
      {"compute-threads", kLimits, Change::kAtRestart,
       Count(
           [](auto& o) -> auto& { return o.compute.pool.threads; }, 0, 1024),
       "Threads that compute; 0: one for each CPU"},
      {"inline-responses", kLimits, Change::kAtReload,
       Count(
           [](auto& o) -> auto& { return o.compute.inline_responses; }, 0, 1U << 20),
       "Largest batch that is computed without one of them, in responses"},

      {"http-listen", kHttp, Change::kAtRestart, HttpAddress(&Options::http_listen),
       "Where HTTP listens; /metrics, probes, /v1/compute"},
      {"http-max-connections", kHttp, Change::kAtRestart,
       Count(&Options::http_max_connections, 16, 1U << 20),
       "Open connections; for one more, the one idle for longest is closed"},
      {"http-timeout", kHttp, Change::kAtRestart,
       Seconds(&Options::http_timeout, milliseconds(100), hours(1)),
       "How long a request may take to arrive, to be computed, and its answer to be read"},

      {"metrics-runs", kMetrics, Change::kAtRestart, Count(&Options::metrics_runs, 0, 64),
       "Training runs that have series of their own at a time; 0: no label run"},
      {"metrics-run-idle", kMetrics, Change::kAtRestart,
       Seconds(&Options::metrics_run_idle, seconds(1), hours(24 * 30)),
       "Without a batch for so long, a run gives its series up"},

      {"drain-delay", kProcess, Change::kAtReload,
       Seconds(&Options::drain_delay, hours(0), hours(1)),
       "After SIGTERM, how long calls are still accepted while probes say not ready"},
      {"drain-timeout", kProcess, Change::kAtReload,
       Seconds(&Options::drain_timeout, hours(0), hours(1)),
       "Then, how long calls in flight may take before they are cancelled"},
      {"log-format", kProcess, Change::kAtRestart,
       Choice(&Options::log_format, {"auto", "text", "json"}),
       "How the log is written; auto: text on a terminal, else JSON"},
      {"log-level", kProcess, Change::kAtReload,
       Choice(&Options::log_level, {"debug", "info", "warning", "error"}),
       "Least severe message that is logged"},
      {"access-log-per-second", kProcess, Change::kAtReload,
       Count(&Options::access_log_per_second, 0, 1'000'000),
       "Log lines about calls in a second: this many of those that end well, and of others"},
      {"ready-file", kProcess, Change::kAtRestart, Path(&Options::ready_file),
       "Written once serving, removed at the end: JSON with the addresses"},
  };
  return rows;
}

}  // namespace advantaged
