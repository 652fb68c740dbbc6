#include "server/config/settings.h"

#include <algorithm>

namespace advantaged {
namespace {

using std::chrono::hours;
using Options = ServerOptions;

constexpr std::string_view kGrpc = "gRPC";
constexpr std::string_view kHttp = "HTTP";
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
      {"max-request-bytes", kGrpc, Change::kAtRestart,
       Bytes(&Options::max_request_bytes, kSmallestRequestLimit, kLargestRequestLimit),
       "Largest request, serialized; a larger one is RESOURCE_EXHAUSTED"},
      {"socket-mode", kGrpc, Change::kAtRestart, FileMode(&Options::socket_mode),
       "File mode of Unix sockets, octal"},

      {"http-listen", kHttp, Change::kAtRestart, HttpAddress(&Options::http_listen),
       "Where HTTP listens; /metrics, /startupz, /readyz, /livez, /version"},

      {"drain-delay", kProcess, Change::kAtReload,
       Seconds(&Options::drain_delay, hours(0), hours(1)),
       "After SIGTERM, how long calls are still accepted while probes say not ready"},
      {"drain-timeout", kProcess, Change::kAtReload,
       Seconds(&Options::drain_timeout, hours(0), hours(1)),
       "Then, how long calls in flight may take before they are cancelled"},
      {"log-level", kProcess, Change::kAtReload,
       Choice(&Options::log_level, {"debug", "info", "warning", "error"}),
       "Least severe message that is logged"},
      {"ready-file", kProcess, Change::kAtRestart, Path(&Options::ready_file),
       "Written once serving, removed at the end: JSON with the addresses"},
  };
  return rows;
}

}  // namespace advantaged
