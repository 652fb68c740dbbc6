// What the server can be told. Each member is a setting: the row with its flag, its range and its
// meaning stands in server/config/settings.cc. The values here are the defaults.
#ifndef ADVANTAGED_SERVER_CONFIG_OPTIONS_H_
#define ADVANTAGED_SERVER_CONFIG_OPTIONS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/compute/limits.h"
#include "server/log/options.h"
#include "server/net/address.h"

namespace advantaged {

struct ServerOptions {
  // gRPC
  std::vector<Address> listen{{.path = {}, .host = "127.0.0.1", .port = 50051}};
  mode_t socket_mode = 0660;

  // TLS; empty: none
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;
  std::vector<std::string> tls_client_names;

  // Limits
  std::uint32_t max_connections = 1000;
  std::uint32_t max_streams_per_connection = 256;
  ComputeLimits compute;

  // HTTP
  std::optional<Address> http_listen{{.path = {}, .host = "127.0.0.1", .port = 9464}};
  std::uint32_t http_max_connections = 10000;
  std::chrono::milliseconds http_timeout{15000};

  // Metrics
  std::uint32_t metrics_runs = 0;
  std::chrono::milliseconds metrics_run_idle = std::chrono::hours(6);

  // Process
  std::chrono::milliseconds drain_delay{5000};
  std::chrono::milliseconds drain_timeout{20000};
  LogFormat log_format = LogFormat::kAuto;
  LogLevel log_level = LogLevel::kInfo;
  std::uint32_t access_log_per_second = 10;
  std::string ready_file;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CONFIG_OPTIONS_H_
