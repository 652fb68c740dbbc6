#include "server/options.h"

#include <CLI/CLI.hpp>
#include <charconv>

namespace advantaged {
namespace {

constexpr int kUsageError = 2;
constexpr const char* kOff = "off";
// Large enough for an error to travel, small enough for protobuf, whose messages end at 2 GiB.
constexpr std::uint32_t kSmallestRequestLimit = 1U << 10;
constexpr std::uint32_t kLargestRequestLimit = 1U << 30;

// As the user types them.
struct Raw {
  std::vector<std::string> listen{"127.0.0.1:50051"};
  std::string http_listen = "127.0.0.1:9464";
  std::string socket_mode = "0660";
};

std::string CheckAddress(const std::string& text) {
  std::string error;
  ParseAddress(text, error);
  return error;
}

std::string CheckHttpAddress(const std::string& text) {
  if (text == kOff) return "";
  std::string error;
  const auto address = ParseAddress(text, error);
  return address && address->is_unix() ? "HTTP needs HOST:PORT, or \"off\"" : error;
}

std::optional<mode_t> ParseMode(const std::string& text) {
  mode_t mode = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  const bool complete = problem == std::errc() && end == text.data() + text.size();
  return complete && mode <= 0777 ? std::optional(mode) : std::nullopt;
}

std::string CheckMode(const std::string& text) {
  return ParseMode(text) ? "" : '"' + text + "\" is not an octal mode, 0 to 0777";
}

void AddFlags(CLI::App& app, Raw& raw, ServerOptions& options) {
  app.set_version_flag("--version", "advantaged " ADVANTAGED_VERSION, "Print the version and exit");

  app.add_option("--listen", raw.listen,
                 "Where gRPC listens: HOST:PORT (port 0 picks a free one) or unix:PATH; repeatable")
      ->type_name("ADDRESS")
      ->check(CLI::Validator(CheckAddress, ""))
      ->expected(1)
      ->take_all()
      ->delimiter(',')
      ->capture_default_str()
      ->envname("ADVANTAGED_LISTEN")
      ->group("gRPC");
  app.add_option("--max-request-bytes", options.max_request_bytes,
                 "Largest request, serialized; a larger one is RESOURCE_EXHAUSTED")
      ->type_name("BYTES")
      ->check(CLI::Range(kSmallestRequestLimit, kLargestRequestLimit))
      ->capture_default_str()
      ->envname("ADVANTAGED_MAX_REQUEST_BYTES")
      ->group("gRPC");
  app.add_option("--socket-mode", raw.socket_mode, "File mode of Unix sockets, octal")
      ->type_name("MODE")
      ->check(CLI::Validator(CheckMode, ""))
      ->capture_default_str()
      ->envname("ADVANTAGED_SOCKET_MODE")
      ->group("gRPC");

  app.add_option("--http-listen", raw.http_listen,
                 "Where HTTP listens: HOST:PORT, or off; /metrics, /livez, /readyz, /version")
      ->type_name("ADDRESS")
      ->check(CLI::Validator(CheckHttpAddress, ""))
      ->capture_default_str()
      ->envname("ADVANTAGED_HTTP_LISTEN")
      ->group("HTTP");

  app.add_option("--ready-file", options.ready_file,
                 "Written once serving, removed at the end: JSON with the addresses")
      ->type_name("PATH")
      ->envname("ADVANTAGED_READY_FILE")
      ->group("Process");
}

}  // namespace

std::optional<ServerOptions> ParseServerOptions(int argc, const char* const* argv,
                                                std::ostream& out, std::ostream& err,
                                                int& exit_code) {
  CLI::App app("Computes advantages of reward groups: a gRPC service with metrics.", "advantaged");
  ServerOptions options;
  Raw raw;
  AddFlags(app, raw, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error, out, err) == 0 ? 0 : kUsageError;
    return std::nullopt;
  }
  // What the checks let through can be read.
  std::string ignored;
  for (const std::string& text : raw.listen) {
    options.listen.push_back(*ParseAddress(text, ignored));
  }
  if (raw.http_listen != kOff) options.http_listen = ParseAddress(raw.http_listen, ignored);
  options.socket_mode = *ParseMode(raw.socket_mode);
  return options;
}

}  // namespace advantaged
