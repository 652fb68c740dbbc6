#include "cli/server_flags.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/failure.h"
#include "client/cpp/grpc_status.h"
#include "client/cpp/text.h"

namespace advantaged::cli {
namespace {

constexpr char kDefaultAddress[] = "127.0.0.1:50051";
constexpr char kGroup[] = "Server";

// What follows the address, if the message begins with it.
std::string Cause(const std::string& message, const std::string& address) {
  const std::string before = client::Concat("no connection to ", address, ": ");
  return message.starts_with(before) ? message.substr(before.size()) : message;
}

}  // namespace

void AddServerFlags(CLI::App& command, ServerFlags& flags, bool with_local) {
  // Not CLI11's envname(): with it a variable counts as given, and so contradicts --local.
  const char* environment = std::getenv("ADVANTAGED_SERVER");
  flags.address = environment != nullptr && *environment != '\0' ? environment : kDefaultAddress;
  command
      .add_option("--server", flags.address,
                  "host:port or unix:PATH; default: ADVANTAGED_SERVER in\nthe environment, else "
                  "127.0.0.1:50051")
      ->type_name("ADDR")
      ->each([&flags](const std::string&) { flags.address_given = true; })
      ->group(kGroup);
  if (with_local) {
    command.add_flag("--local", flags.local, "Do it in this process, without a server")
        ->group(kGroup);
  }
  command
      .add_option("--timeout", flags.timeout_seconds, "Of one call, retries included; default 60")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 86400.0).description(""))
      ->group(kGroup);
}

void CheckAddress(const ServerFlags& flags) {
  const absl::Status address = client::Client::CheckTarget(flags.address);
  if (!address.ok()) {
    throw Failure(ExitCode::kUsage, client::Concat("--server: ", client::Message(address)));
  }
}

client::ClientOptions OptionsOf(const ServerFlags& flags) {
  client::ClientOptions options;
  // People see at once that there is no server, and wait for one by themselves.
  options.wait_for_ready = false;
  options.deadline = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double>(flags.timeout_seconds));
  return options;
}

std::unique_ptr<Backend> MakeBackend(const ServerFlags& flags) {
  if (flags.local && flags.address_given) {
    throw Failure(ExitCode::kUsage, "--local and --server exclude each other");
  }
  if (flags.local) return MakeLocalBackend();
  CheckAddress(flags);
  return MakeRemoteBackend(flags.address, OptionsOf(flags));
}

void ThrowUnlessAnswered(const absl::Status& status, const Backend& backend) {
  if (status.ok() || absl::IsInvalidArgument(status)) return;
  const std::string message = client::Message(status);
  if (!client::IsUnreachable(status)) {
    throw Failure(ExitCode::kRefused, client::Concat(backend.name(), ": ", message));
  }
  throw Failure(
      ExitCode::kUnreachable,
      client::Concat("no answer from a server at ", backend.name(), ": ",
                     Cause(message, backend.name()), "\nstart one with:  advantaged --listen ",
                     backend.name(),
                     "\nor name another: --server or ADVANTAGED_SERVER; compute, describe, "
                     "methods and info also take --local"));
}

}  // namespace advantaged::cli
