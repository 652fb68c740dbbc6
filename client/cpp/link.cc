#include "client/cpp/link.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "advantaged/client/client.h"
#include "base/text.h"

namespace advantaged::client {
namespace {

// Only what may have been lost is tried again by gRPC: a connection that broke, a server that shuts
// down. A server that is full answers RESOURCE_EXHAUSTED; that is rpc.h's to wait for.
constexpr char kRetries[] = R"("methodConfig": [{
  "name": [{"service": "advantaged.v1.AdvantageService"}],
  "retryPolicy": {
    "maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]
  }}])";
constexpr char kAllAddresses[] = R"("loadBalancingConfig": [{"round_robin": {}}])";
constexpr char kHealthy[] = R"("healthCheckConfig": {"serviceName": ""})";

int Milliseconds(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

grpc::ChannelArguments Arguments(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  // The server's limit is the one that counts, and its error says so in words.
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  // A call larger than this buffer is silently never retried; gRPC's default is 256 KiB.
  arguments.SetInt(GRPC_ARG_PER_RPC_RETRY_BUFFER_SIZE, std::numeric_limits<int>::max());
  // Clusters export http_proxy for downloads; a service beside the trainer is not behind it.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_time));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Otherwise two pings without data would be the last.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Trainers restart servers, and wait for them.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  // Each channel has its own connections, which end with it.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Replicas come back under new addresses; gRPC would ask for them every 30 s at most.
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 2000);
  // Also the time limit of one attempt to connect.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, Milliseconds(options.connect_timeout));
  arguments.SetServiceConfigJSON(Concat("{", kRetries, ", ", kAllAddresses,
                                        options.check_health ? ", " : "",
                                        options.check_health ? kHealthy : "", "}"));
  return arguments;
}

absl::Status Check(const std::string& target, const ClientOptions& options) {
  if (options.deadline <= std::chrono::milliseconds(0)) {
    return absl::InvalidArgumentError(
        Concat("the deadline is ", options.deadline.count(), " ms; it must be above 0"));
  }
  if (options.max_connection_age <= std::chrono::milliseconds(0)) {
    return absl::InvalidArgumentError(Concat("the maximum age of connections is ",
                                             options.max_connection_age.count(),
                                             " ms; it must be above 0"));
  }
  if (options.tls && options.tls->certificate.empty() != options.tls->private_key.empty()) {
    return absl::InvalidArgumentError(
        "mutual TLS needs both a certificate and its private key; one of them is empty");
  }
  return Client::CheckTarget(target);
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// host:port, [::1]:port.
bool IsAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  return colon != std::string_view::npos && colon > 0 && IsPort(text.substr(colon + 1)) &&
         text.find('/') == std::string_view::npos;
}

constexpr std::string_view kDns = "dns://";

// Of dns:///host:port and dns://SERVER/host:port the last part.
std::string_view AfterAuthority(std::string_view target) {
  target.remove_prefix(kDns.size());
  const std::size_t slash = target.find('/');
  return slash == std::string_view::npos ? "" : target.substr(slash + 1);
}

// host:port,host:port….
bool AreAddresses(std::string_view text) {
  while (true) {
    const std::size_t comma = text.find(',');
    if (!IsAddress(text.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& target,
                                       const std::optional<TlsOptions>& tls,
                                       grpc::ChannelArguments arguments) {
  if (!tls) {
    return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
  }
  if (!tls->server_name.empty()) arguments.SetSslTargetNameOverride(tls->server_name);
  return grpc::CreateCustomChannel(target,
                                   grpc::SslCredentials({.pem_root_certs = tls->root_certificates,
                                                         .pem_private_key = tls->private_key,
                                                         .pem_cert_chain = tls->certificate}),
                                   arguments);
}

Link::Link(std::string the_target, ClientOptions the_options)
    : target(std::move(the_target)),
      options(std::move(the_options)),
      usable(Check(target, options)),
      connection_(MakeConnection()) {}

std::shared_ptr<Connection> Link::connection() {
  const std::lock_guard lock(mutex_);
  const auto age = std::chrono::steady_clock::now() - connection_->made;
  if (age > options.max_connection_age && !target.starts_with("unix")) {
    connection_ = MakeConnection();
  }
  return connection_;
}

std::shared_ptr<Connection> Link::MakeConnection() const {
  return std::make_shared<Connection>(Connect(target, options.tls, Arguments(options)));
}

absl::Status Client::CheckTarget(std::string_view target) {
  const std::string_view scheme = target.substr(0, target.find(':'));
  const std::string_view rest = target.substr(std::min(scheme.size() + 1, target.size()));
  if (scheme == "unix" && rest.empty()) {
    return absl::InvalidArgumentError("\"unix:\" needs a path, as in unix:/run/advantaged.sock");
  }
  const bool good = scheme == "unix"                       ? true
                    : scheme == "ipv4" || scheme == "ipv6" ? AreAddresses(rest)
                    : target.starts_with(kDns)             ? IsAddress(AfterAuthority(target))
                                                           : IsAddress(target);
  if (good) return {};
  return absl::InvalidArgumentError(Concat(
      "\"", target, "\" is not an address: write host:port, as in 127.0.0.1:50051, or unix:PATH"));
}

}  // namespace advantaged::client
