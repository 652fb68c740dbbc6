// The gRPC side of the process: addresses, health, reflection, the service, and an orderly end.
#ifndef ADVANTAGED_SERVER_GRPC_SERVER_H_
#define ADVANTAGED_SERVER_GRPC_SERVER_H_

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/guard/connection_guard.h"
#include "server/listener.h"
#include "server/open_streams.h"
#include "server/rpc/call_queue.h"
#include "server/rpc/health.h"
#include "server/service.h"

namespace grpc {
class Server;
class ServerCredentials;
namespace experimental {
class ExternalConnectionAcceptor;
}  // namespace experimental
}  // namespace grpc

namespace advantaged {

class AccessLog;
class ComputeBackend;
class MessagePool;
class Metrics;

struct GrpcServerOptions {
  ListenerOptions listener;
  // TLS of TCP connections, or null for none. Unix sockets, whose files have owners and modes, are
  // plain.
  std::shared_ptr<grpc::ServerCredentials> tls = nullptr;
  // That read and write for gRPC.
  std::size_t threads = 1;
  // Calls of one connection at a time; clients hold back what is beyond.
  std::uint32_t max_streams_per_connection = 256;
  // See ComputeLimits.
  std::uint32_t max_metadata_bytes = 8192;
};

class GrpcServer {
 public:
  // Listens and serves. On failure returns null and says in `error` which address failed and why.
  // What it refers to must outlive the server.
  static std::unique_ptr<GrpcServer> Start(const GrpcServerOptions& options,
                                           ComputeBackend& backend, MessagePool& messages,
                                           Metrics& metrics, AccessLog& access_log,
                                           std::string& error);
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;
  ~GrpcServer();

  // See Listener.
  const std::vector<std::string>& addresses() const { return listener_->addresses(); }

  // What grpc.health.v1 answers: "", "readiness" and the name of the service are of one opinion,
  // "liveness" of another, and "startup" is SERVING from the start on. All are, to begin with.
  void SetReady(bool ready);
  void SetAlive(bool alive);

  // Ends streams as soon as what they have read is answered. Accepts no further connection and,
  // from a moment without calls on, at the latest after half of `limit`, no further call. Returns
  // when those in flight have ended; after `limit` they are cancelled.
  void Drain(std::chrono::milliseconds limit);

 private:
  GrpcServer(std::uint32_t streams, ComputeBackend& backend, Metrics& metrics);
  bool Serve(const GrpcServerOptions& options);
  void AddStandardServices();
  // A call has come.
  void Route(Wire& wire) const;

  OpenStreams streams_;
  ConnectionGuard guard_;
  ComputeBackend& backend_;
  Metrics& metrics_;
  Health health_;
  Routes routes_;
  std::vector<std::string> services_;
  std::unique_ptr<CallQueue> queue_;
  // By Transport.
  std::array<std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor>, 2> acceptors_;
  std::unique_ptr<grpc::Server> server_;
  // Last: it hands over to the acceptors until its end.
  std::unique_ptr<Listener> listener_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_SERVER_H_
