// How a Client connects and how long it tries. The defaults are those of every client of the
// service, in any language; a trainer needs to change none of them.
#ifndef ADVANTAGED_CLIENT_OPTIONS_H_
#define ADVANTAGED_CLIENT_OPTIONS_H_

#include <chrono>
#include <optional>
#include <string>

namespace advantaged::client {

// A connection that is encrypted, and whose server proves who it is. All texts are PEM.
struct TlsOptions {
  // Whom to trust. Empty: the certificates of the system.
  std::string root_certificates{};
  // Mutual TLS: what this client proves itself with. Both or neither.
  std::string certificate{};
  std::string private_key{};
  // The name that the server's certificate must have, if it is not that of the target.
  std::string server_name{};
};

struct ClientOptions {
  // For one call: waiting for a connection, retries and refusals included. Above 0.
  std::chrono::milliseconds deadline = std::chrono::seconds(60);
  // Whether a call waits, within its deadline, for a server that is not there: one that is being
  // restarted, or not yet up. Otherwise it ends with UNAVAILABLE after its retries, a second or two
  // later.
  bool wait_for_ready = true;
  // Unless set, the connection is plain. TLS works over Unix sockets, too.
  std::optional<TlsOptions> tls;
  // For one attempt to connect: a host that drops packets is known as unreachable after this.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  // How often an idle connection asks whether the server is still there, and how long it waits for
  // the answer. Servers send clients away that ask more than once in 10 s.
  std::chrono::milliseconds keepalive_time = std::chrono::seconds(60);
  std::chrono::milliseconds keepalive_timeout = std::chrono::seconds(20);
  // After this a call connects anew, to the addresses that the target's name has by then: so
  // replicas that were added get their share. Calls on their way are not disturbed. Above 0; not
  // over Unix sockets.
  std::chrono::milliseconds max_connection_age = std::chrono::minutes(5);
  // Whether servers that say they are not serving (grpc.health.v1), because they start or shut
  // down, are left out as if they were not there.
  bool check_health = true;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_OPTIONS_H_
