// Calls of gRPC and sockets name their peers alike.
#include "server/guard/peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace advantaged {
namespace {

sockaddr_storage Address(const char* host, std::uint16_t port) {
  sockaddr_storage storage{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, host, &v6.sin6_addr), 1) << host;
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
  }
  return storage;
}

TEST(PeerTest, ACallHasThePeerOfItsSocket) {
  const std::optional<Peer> v4 = PeerOf(Address("10.1.2.3", 4567));
  ASSERT_TRUE(v4);
  EXPECT_EQ(ParsePeer("ipv4:10.1.2.3:4567"), v4);
  EXPECT_EQ(v4->ToString(), "10.1.2.3:4567");
  // What listens on [::] sees IPv4 so, and gRPC writes it as the former.
  EXPECT_EQ(PeerOf(Address("::ffff:10.1.2.3", 4567)), v4);

  const std::optional<Peer> v6 = PeerOf(Address("fe80::1", 80));
  ASSERT_TRUE(v6);
  EXPECT_EQ(ParsePeer("ipv6:%5Bfe80::1%5D:80"), v6);
  EXPECT_EQ(ParsePeer("ipv6:[fe80::1]:80"), v6);
  EXPECT_EQ(ParsePeer("ipv6:%5Bfe80::1%252%5D:80"), v6);
  EXPECT_EQ(v6->ToString(), "[fe80::1]:80");
  EXPECT_NE(v4, v6);
}

TEST(PeerTest, WhatIsNoTcpHasNone) {
  for (const char* text : {"", "unix:", "unix:/run/a.sock", "ipv4:", "ipv4:10.1.2.3", "ipv4:a:1",
                           "ipv6:%5B::1", "ipv6:::1", "ipv4:10.1.2.3:"}) {
    EXPECT_EQ(ParsePeer(text), std::nullopt) << text;
  }
  sockaddr_storage unix_socket{};
  unix_socket.ss_family = AF_UNIX;
  EXPECT_EQ(PeerOf(unix_socket), std::nullopt);
}

}  // namespace
}  // namespace advantaged
