#include "server/guard/peer.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace advantaged {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Peer Mapped(const in_addr& address, std::uint16_t port) {
  Peer peer{.port = port};
  std::ranges::copy(kMapped, peer.address.begin());
  std::memcpy(peer.address.data() + kMapped.size(), &address, sizeof(address));
  return peer;
}

bool IsMapped(const Peer& peer) {
  return std::equal(kMapped.begin(), kMapped.end(), peer.address.begin());
}

}  // namespace

std::string Peer::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool mapped = IsMapped(*this);
  inet_ntop(mapped ? AF_INET : AF_INET6, address.data() + (mapped ? kMapped.size() : 0),
            text.data(), text.size());
  const char* const host = text.data();
  return mapped ? Concat(host, ":", port) : Concat("[", host, "]:", port);
}

std::optional<Peer> PeerOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return Mapped(v4.sin_addr, ntohs(v4.sin_port));
  }
  if (address.ss_family != AF_INET6) return std::nullopt;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  Peer peer{.port = ntohs(v6.sin6_port)};
  std::memcpy(peer.address.data(), &v6.sin6_addr, peer.address.size());
  return peer;
}

std::optional<Peer> ParsePeer(std::string_view text) {
  constexpr std::string_view kScheme = "ipv4:";  // as long as the other
  const bool is_v6 = text.starts_with("ipv6:");
  if (!is_v6 && !text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), port).ec != std::errc{}) {
    return std::nullopt;
  }
  text = text.substr(0, colon);
  for (const std::string_view open : {"%5B", "["}) {
    if (text.starts_with(open)) text.remove_prefix(open.size());
  }
  // What follows is a closing bracket, or the interface of a link-local address.
  std::array<char, INET6_ADDRSTRLEN> host{};
  text.substr(0, text.find_first_of("%]")).copy(host.data(), host.size() - 1);
  if (!is_v6) {
    in_addr v4{};
    if (inet_pton(AF_INET, host.data(), &v4) != 1) return std::nullopt;
    return Mapped(v4, port);
  }
  Peer peer{.port = port};
  if (inet_pton(AF_INET6, host.data(), peer.address.data()) != 1) return std::nullopt;
  return peer;
}

}  // namespace advantaged
