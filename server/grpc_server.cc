#include "server/grpc_server.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <sys/stat.h>

#include <algorithm>
#include <future>
#include <limits>

#include "server/compute_backend.h"
#include "server/metrics/metrics.h"
#include "server/service.h"

namespace advantaged {
namespace {

constexpr const char* kServiceName = "advantaged.v1.AdvantageService";

// gRPC drops messages above its own cap before any code of ours runs, so no metric would move. It
// is therefore set well above the limit that the service enforces.
int ReceiveCap(std::uint32_t max_request_bytes) {
  constexpr std::uint64_t kLargest = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(kLargest, 2 * std::uint64_t{max_request_bytes} + (1U << 20)));
}

// While it lives, sockets are created with exactly this mode: no moment with a wider one, as
// between bind and chmod. The mask is that of the process, so nothing else may create files
// meanwhile.
class SocketMode {
 public:
  explicit SocketMode(mode_t mode) : previous_(umask(~mode & 0777U)) {}
  SocketMode(const SocketMode&) = delete;
  SocketMode& operator=(const SocketMode&) = delete;
  ~SocketMode() { umask(previous_); }

 private:
  const mode_t previous_;
};

// While it lives, gRPC does not log: what it says of an address that it cannot listen on is long,
// and said better by us.
class QuietGrpc {
 public:
  QuietGrpc() {
    gpr_set_log_function([](gpr_log_func_args*) {});
  }
  QuietGrpc(const QuietGrpc&) = delete;
  QuietGrpc& operator=(const QuietGrpc&) = delete;
  ~QuietGrpc() { gpr_set_log_function(nullptr); }
};

std::string CannotListen(const Address& address, const std::string& reason) {
  return "cannot listen on " + address.ToString() + ": " + reason;
}

}  // namespace

std::unique_ptr<GrpcServer> GrpcServer::Start(const GrpcServerOptions& options,
                                              ComputeBackend& backend, Metrics& metrics,
                                              std::string& error) {
  std::unique_ptr<GrpcServer> result(new GrpcServer(backend, metrics));
  result->service_ = MakeAdvantageService(backend, metrics);
  if (!result->ClaimSockets(options, error) || !result->Build(options, error)) return nullptr;
  return result;
}

GrpcServer::GrpcServer(ComputeBackend& backend, Metrics& metrics)
    : backend_(backend), metrics_(metrics) {}
GrpcServer::~GrpcServer() = default;

bool GrpcServer::ClaimSockets(const GrpcServerOptions& options, std::string& error) {
  for (const Address& address : options.listen) {
    if (!address.is_unix()) continue;
    std::string reason;
    auto claim = SocketClaim::Take(address.path, reason);
    if (claim == nullptr) {
      error = CannotListen(address, reason);
      return false;
    }
    claims_.push_back(std::move(claim));
  }
  return true;
}

bool GrpcServer::Build(const GrpcServerOptions& options, std::string& error) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  // Otherwise a second server on the same port would silently take half of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(ReceiveCap(backend_.max_request_bytes()));
  builder.RegisterService(service_.get());
  std::vector<int> ports(options.listen.size());
  for (std::size_t i = 0; i < ports.size(); ++i) {
    builder.AddListeningPort(options.listen[i].ToString(), grpc::InsecureServerCredentials(),
                             &ports[i]);
  }
  {
    const SocketMode mode(options.socket_mode);
    const QuietGrpc quiet;
    server_ = builder.BuildAndStart();
  }
  if (server_ == nullptr) {
    // gRPC stops at the first that fails and leaves its port, and those after it, at 0.
    const auto failed = std::find(ports.begin(), ports.end(), 0) - ports.begin();
    const Address& address = options.listen[std::min<std::size_t>(static_cast<std::size_t>(failed),
                                                                  options.listen.size() - 1)];
    error = CannotListen(address, address.is_unix() ? "refused" : WhyUnbindable(address));
    return false;
  }
  for (std::size_t i = 0; i < ports.size(); ++i) {
    Address bound = options.listen[i];
    if (!bound.is_unix()) bound.port = static_cast<std::uint16_t>(ports[i]);
    addresses_.push_back(bound.ToString());
  }
  server_->GetHealthCheckService()->SetServingStatus("startup", true);
  SetReady(true);
  SetAlive(true);
  return true;
}

void GrpcServer::SetReady(bool ready) {
  for (const char* name : {"", kServiceName, "readiness"}) {
    server_->GetHealthCheckService()->SetServingStatus(name, ready);
  }
}

void GrpcServer::SetAlive(bool alive) {
  server_->GetHealthCheckService()->SetServingStatus("liveness", alive);
}

void GrpcServer::Drain(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::system_clock::now() + limit;
  const auto ended = std::async(std::launch::async, [&] { server_->Shutdown(deadline); });
  // Health watches and reflection streams last as long as their clients like, so the server's own
  // shutdown would wait for them until the deadline. Once no call of our service has been in flight
  // for a while (one may be on its way from the network to the service, or its answer on the way
  // back, on a machine that is busy), the rest is cancelled.
  constexpr std::chrono::milliseconds kLook{50};
  constexpr int kQuietLooks = 40;  // 2 s
  int quiet_looks = 0;
  while (ended.wait_for(kLook) != std::future_status::ready) {
    quiet_looks = metrics_.rpc().in_flight() == 0 ? quiet_looks + 1 : 0;
    if (quiet_looks == kQuietLooks) grpc_server_cancel_all_calls(server_->c_server());
  }
}

}  // namespace advantaged
