// Where to listen: "host:port" or "unix:PATH".
#ifndef ADVANTAGED_SERVER_NET_ADDRESS_H_
#define ADVANTAGED_SERVER_NET_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace advantaged {

struct Address {
  std::string path;        // of a Unix socket; empty for TCP
  std::string host;        // name or number, IPv6 without brackets
  std::uint16_t port = 0;  // 0: any free one

  bool is_unix() const { return !path.empty(); }
  // As it was written, e.g. "127.0.0.1:50051", "[::1]:50051" or "unix:/run/advantaged.sock".
  std::string ToString() const;
};

// Reads an address. On failure returns nothing and says why in `error`, quoting the text.
std::optional<Address> ParseAddress(std::string_view text, std::string& error);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_NET_ADDRESS_H_
