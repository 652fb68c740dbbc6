// Who is at the other end of a TCP connection: how the calls of gRPC find their connection.
#ifndef ADVANTAGED_SERVER_GUARD_PEER_H_
#define ADVANTAGED_SERVER_GUARD_PEER_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace advantaged {

struct Peer {
  std::array<std::uint8_t, 16> address{};  // IPv6; IPv4 as ::ffff:a.b.c.d
  std::uint16_t port = 0;
  auto operator<=>(const Peer&) const = default;
  std::string ToString() const;  // "127.0.0.1:1234", "[::1]:1234"
};

// None unless it is IPv4 or IPv6.
std::optional<Peer> PeerOf(const sockaddr_storage& address);
// As gRPC writes it: "ipv4:127.0.0.1:1234", "ipv6:%5B::1%5D:1234"; none for anything else.
std::optional<Peer> ParsePeer(std::string_view text);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_PEER_H_
