// The gRPC side of the process: addresses, health, reflection, the service, and an orderly end.
#ifndef ADVANTAGED_SERVER_GRPC_SERVER_H_
#define ADVANTAGED_SERVER_GRPC_SERVER_H_

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/address.h"
#include "server/socket_claim.h"

namespace grpc {
class Server;
class ServerBuilder;
class Service;
}  // namespace grpc

namespace advantaged {

class ComputeBackend;
class Metrics;

struct GrpcServerOptions {
  std::vector<Address> listen;  // at least one
  mode_t socket_mode = 0660;    // of Unix sockets
};

class GrpcServer {
 public:
  // Listens and serves. On failure returns null and says in `error` which address failed and why.
  // `backend` and `metrics` must outlive the server.
  static std::unique_ptr<GrpcServer> Start(const GrpcServerOptions& options,
                                           ComputeBackend& backend, Metrics& metrics,
                                           std::string& error);
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;
  ~GrpcServer();

  // Where it listens, in the order of the options, with the ports that were picked.
  const std::vector<std::string>& addresses() const { return addresses_; }

  // What grpc.health.v1 answers: "", "readiness" and the name of the service are of one opinion,
  // "liveness" of another, and "startup" is SERVING from the start on. All are, to begin with.
  void SetReady(bool ready);
  void SetAlive(bool alive);

  // Accepts no further call, and returns when those in flight have ended; after `limit` they are
  // cancelled.
  void Drain(std::chrono::milliseconds limit);

 private:
  GrpcServer(ComputeBackend& backend, Metrics& metrics);
  bool ClaimSockets(const GrpcServerOptions& options, std::string& error);
  bool Build(const GrpcServerOptions& options, std::string& error);

  ComputeBackend& backend_;
  Metrics& metrics_;
  std::vector<std::string> addresses_;
  // In this order: the claims end after the server has removed its sockets.
  std::vector<std::unique_ptr<SocketClaim>> claims_;
  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_SERVER_H_
