#include "server/net/address.h"

#include <sys/un.h>

#include "base/numbers.h"

namespace advantaged {
namespace {

constexpr std::string_view kUnix = "unix:";
// With the terminating zero.
constexpr std::size_t kUnixPathSize = sizeof(sockaddr_un::sun_path);

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::optional<Address> ParseUnix(std::string_view path, std::string& error) {
  // unix:///run/x is the form with an empty authority of the same unix:/run/x.
  constexpr std::string_view kAuthority = "//";
  if (path.starts_with(kAuthority)) {
    path.remove_prefix(kAuthority.size());
    if (!path.starts_with('/')) {
      error = Quoted(path) + " after unix:// is not a full path; unix:PATH takes any";
      return std::nullopt;
    }
  }
  if (path.empty()) {
    error = "no path after unix:";
    return std::nullopt;
  }
  // More than one slash would be written as an authority again.
  while (path.starts_with("//")) path.remove_prefix(1);
  if (path.size() >= kUnixPathSize) {
    error = "the path " + Quoted(path) + " has " + std::to_string(path.size()) +
            " bytes; a socket's may have " + std::to_string(kUnixPathSize - 1);
    return std::nullopt;
  }
  return Address{.path = std::string(path), .host = {}, .port = 0};
}

}  // namespace

std::string Address::ToString() const {
  if (is_unix()) return std::string(kUnix) + path;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::optional<Address> ParseAddress(std::string_view text, std::string& error) {
  if (text.starts_with(kUnix)) return ParseUnix(text.substr(kUnix.size()), error);
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    error = Quoted(text) + ": an IPv6 address needs brackets, e.g. [::1]:50051";
    return std::nullopt;
  }
  if (colon == std::string_view::npos || host.empty()) {
    error = Quoted(text) + " is neither HOST:PORT nor unix:PATH";
    return std::nullopt;
  }
  const auto port = ParseNumber<std::uint16_t>(text.substr(colon + 1));
  if (!port) {
    error = Quoted(text.substr(colon + 1)) + " in " + Quoted(text) + " is not a port, 0 to 65535";
    return std::nullopt;
  }
  return Address{.path = {}, .host = std::string(host), .port = *port};
}

}  // namespace advantaged
