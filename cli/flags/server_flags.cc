#include "cli/flags/server_flags.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/regular_file.h"
#include "base/text.h"
#include "cli/terminal/failure.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::cli {
namespace {

constexpr char kDefaultAddress[] = "127.0.0.1:50051";
constexpr char kTarget[] = "ADVANTAGED_TARGET";        // of all programs and clients
constexpr char kFormerTarget[] = "ADVANTAGED_SERVER";  // of advctl alone, still read
constexpr char kGroup[] = "Server";
constexpr char kTlsGroup[] = "TLS, if one of these is set";

// A flag, and the variable that has its default.
struct TlsFlag {
  const char* name;
  std::string ServerFlags::*member;
  const char* type;
  const char* variable;
  const char* description;
};
constexpr TlsFlag kTlsFlags[] = {
    {"--tls-ca", &ServerFlags::tls_ca, "FILE", "ADVANTAGED_CLIENT_TLS_CA",
     "Whom to trust; without it the system's authorities"},
    {"--tls-certificate", &ServerFlags::tls_certificate, "FILE",
     "ADVANTAGED_CLIENT_TLS_CERTIFICATE", "This client's own (mTLS)"},
    {"--tls-key", &ServerFlags::tls_key, "FILE", "ADVANTAGED_CLIENT_TLS_KEY", "Its private key"},
    {"--tls-server-name", &ServerFlags::tls_server_name, "NAME",
     "ADVANTAGED_CLIENT_TLS_SERVER_NAME",
     "That the server's certificate must have, if not that of ADDR"},
};

std::string FromEnvironment(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string ReadPem(const char* flag, const std::string& path) {
  if (path.empty()) return "";
  std::string text;
  std::string problem = ReadRegularFile(path, text);
  if (problem.empty() && text.empty()) problem = "is empty";
  if (!problem.empty()) throw Failure(ExitCode::kUsage, Concat(flag, ": ", path, ": ", problem));
  return text;
}

std::optional<client::TlsOptions> TlsOf(const ServerFlags& flags) {
  const bool any = std::ranges::any_of(
      kTlsFlags, [&](const TlsFlag& flag) { return !(flags.*flag.member).empty(); });
  if (!any || AddressOf(flags).starts_with("unix:")) return std::nullopt;
  if (flags.tls_certificate.empty() != flags.tls_key.empty()) {
    throw Failure(ExitCode::kUsage, "--tls-certificate and --tls-key go together");
  }
  return client::TlsOptions{.root_certificates = ReadPem("--tls-ca", flags.tls_ca),
                            .certificate = ReadPem("--tls-certificate", flags.tls_certificate),
                            .private_key = ReadPem("--tls-key", flags.tls_key),
                            .server_name = flags.tls_server_name};
}

// What follows the address, if the message begins with it.
std::string Cause(const std::string& message, const std::string& address) {
  const std::string before = Concat("no connection to ", address, ": ");
  return message.starts_with(before) ? message.substr(before.size()) : message;
}

}  // namespace

void AddServerFlags(ServerFlags& flags, Places places, std::vector<Flag>& list) {
  flags.places = places;
  const bool local_first = places == Places::kLocalOrServer;
  list.push_back({"--server", "ADDR", &flags.server,
                  local_first ? "Ask this server instead: host:port or unix:PATH"
                              : "host:port or unix:PATH; default: ADVANTAGED_TARGET in\nthe "
                                "environment, else 127.0.0.1:50051",
                  kGroup});
  if (places != Places::kServer) {
    list.push_back({"--local", "", &flags.local,
                    local_first ? "Do it in this process, without a server: the default"
                                : "Do it in this process, without a server",
                    kGroup});
  }
  list.push_back({"--timeout", "SECONDS", &flags.timeout_seconds,
                  "Of one call, retries included; default 60", kGroup, Between(0.001, 86400)});
  for (const TlsFlag& flag : kTlsFlags) {
    flags.*flag.member = FromEnvironment(flag.variable, "");
    list.push_back({flag.name, flag.type, &(flags.*flag.member),
                    Concat(flag.description, "\n(", flag.variable, ")"), kTlsGroup});
  }
}

std::string AddressOf(const ServerFlags& flags) {
  if (flags.server) return *flags.server;
  for (const char* variable : {kTarget, kFormerTarget}) {
    if (std::string address = FromEnvironment(variable, ""); !address.empty()) return address;
  }
  return kDefaultAddress;
}

void CheckAddress(const ServerFlags& flags) {
  const std::string target = FromEnvironment(kTarget, "");
  const std::string former = FromEnvironment(kFormerTarget, "");
  if (!flags.server && !target.empty() && !former.empty() && target != former) {
    std::fputs(Concat("warning: ", kTarget, " is ", target, ", which is used, and ", kFormerTarget,
                      " is ", former, "\n")
                   .c_str(),
               stderr);
  }
  const absl::Status address = client::Client::CheckTarget(AddressOf(flags));
  if (address.ok()) return;
  const char* const from = flags.server ? "--server" : !target.empty() ? kTarget : kFormerTarget;
  throw Failure(ExitCode::kUsage, Concat(from, ": ", client::Message(address)));
}

client::ClientOptions OptionsOf(const ServerFlags& flags) {
  client::ClientOptions options;
  // People see at once that there is no server, and wait for one by themselves.
  options.wait_for_ready = false;
  options.deadline = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(flags.timeout_seconds));
  options.tls = TlsOf(flags);
  return options;
}

std::unique_ptr<Backend> MakeBackend(const ServerFlags& flags) {
  if (flags.local && flags.server) {
    throw Failure(ExitCode::kUsage, "--local and --server exclude each other");
  }
  const bool by_default = flags.places == Places::kLocalOrServer && !flags.server;
  if (flags.local || by_default) return MakeLocalBackend();
  CheckAddress(flags);
  return MakeRemoteBackend(AddressOf(flags), OptionsOf(flags));
}

void ThrowUnlessAnswered(const absl::Status& status, const Backend& backend) {
  if (status.ok() || absl::IsInvalidArgument(status)) return;
  const std::string message = client::Message(status);
  if (!client::IsUnreachable(status)) {
    throw Failure(ExitCode::kRefused, Concat(backend.name(), ": ", message));
  }
  throw Failure(
      ExitCode::kUnreachable,
      Concat("no answer from a server at ", backend.name(), ": ", Cause(message, backend.name()),
             "\nstart one with:  advantaged --listen ", backend.name(),
             "\nor name another: --server or ADVANTAGED_TARGET; compute, describe, "
             "methods and info also take --local"));
}

}  // namespace advantaged::cli
