// The flags that say who computes, and what to say if nobody answers.
#ifndef ADVANTAGED_CLI_FLAGS_SERVER_FLAGS_H_
#define ADVANTAGED_CLI_FLAGS_SERVER_FLAGS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/backend/backend.h"
#include "cli/flags/command.h"

namespace advantaged::cli {

// Where a command can be done.
enum class Places {
  kServer,
  kServerOrLocal,  // --local is a flag
  kLocalOrServer,  // here, unless --server is given
};

struct ServerFlags {
  Places places = Places::kServer;
  std::optional<std::string> server;
  bool local = false;
  double timeout_seconds = 60;
  // TLS, if one is set: files of PEM, and the name in the server's certificate.
  std::string tls_ca;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_server_name;
};

// Adds --server, --timeout and those of TLS to `list`, and --local where the command can do without
// a server. `flags` must live until the command has run.
void AddServerFlags(ServerFlags& flags, Places places, std::vector<Flag>& list);

// --server, else ADVANTAGED_TARGET, else ADVANTAGED_SERVER, else 127.0.0.1:50051.
std::string AddressOf(const ServerFlags& flags);

// Throws a Failure of usage if the address is none. Warns if the environment names two.
void CheckAddress(const ServerFlags& flags);

// Throws a Failure of usage if a file of TLS cannot be read, or half of a pair is missing. Unix
// sockets are plain.
client::ClientOptions OptionsOf(const ServerFlags& flags);

std::unique_ptr<Backend> MakeBackend(const ServerFlags& flags);

// Throws the Failure of a call that did not end with OK, unless it was about the request: those
// are for the caller, who knows where the request came from.
void ThrowUnlessAnswered(const absl::Status& status, const Backend& backend);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_FLAGS_SERVER_FLAGS_H_
