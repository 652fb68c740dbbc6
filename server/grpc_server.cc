#include "server/grpc_server.h"

#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <future>
#include <limits>
#include <thread>

#include "server/compute_backend.h"
#include "server/metrics/metrics.h"
#include "server/rpc/reflection.h"

namespace advantaged {
namespace {

constexpr const char* kServiceName = "advantaged.v1.AdvantageService";

// Bytes that gRPC reads from one connection before it works on them, by default up to 4 MiB: calls
// of 15 bytes that take 13 KiB each, so that a connection which the guard shuts down would go on to
// fill gigabytes.
constexpr int kReadAtOnce = 32 << 10;

// gRPC drops messages above its own cap before any code of ours runs, so no metric would move. It
// is therefore set well above the limit that the service enforces.
int ReceiveCap(std::uint32_t max_request_bytes) {
  constexpr std::uint64_t kLargest = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(kLargest, 2 * std::uint64_t{max_request_bytes} + (1U << 20)));
}

// A call that says its messages are compressed is then refused before any is read. Otherwise gRPC
// would unpack them ahead of our limits, to a thousand times their bytes, in every method.
void RefuseCompression(grpc::ServerBuilder& builder) {
  for (int i = GRPC_COMPRESS_NONE + 1; i < GRPC_COMPRESS_ALGORITHMS_COUNT; ++i) {
    builder.SetCompressionAlgorithmSupportStatus(static_cast<grpc_compression_algorithm>(i), false);
  }
}

// Channel arguments besides these measured no better than gRPC's own.
void SetChannelArguments(const GrpcServerOptions& options, grpc::ServerBuilder& builder) {
  // A connection that does not begin to speak HTTP/2, settings included, is closed after this time,
  // so that half-open ones hold their places for seconds instead of gRPC's two minutes.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  // Clients may look whether we live every ten seconds, idle ones too. gRPC's own minimum of five
  // minutes ends the connections of the usual clients, which ask every 30 s, with too_many_pings.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // We look whether clients live, and forget within 80 s those whose machine or network is gone: a
  // trainer is silent for half an hour between two batches, so silence alone says nothing.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // 0: as many as it takes
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kReadAtOnce);
  // Told to the client, which queues what is beyond.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(options.max_streams_per_connection));
  // As with messages, so that we can count what we refuse. gRPC adds 32 bytes for each header, and
  // counts its own as well.
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE,
                             static_cast<int>(2 * options.max_metadata_bytes + 8192));
}

}  // namespace

std::unique_ptr<GrpcServer> GrpcServer::Start(const GrpcServerOptions& options,
                                              ComputeBackend& backend, MessagePool& messages,
                                              Metrics& metrics, AccessLog& access_log,
                                              std::string& error) {
  std::unique_ptr<GrpcServer> result(
      new GrpcServer(options.max_streams_per_connection, backend, metrics));
  result->listener_ =
      Listener::Open(options.listener, metrics.connections(), result->guard_, error);
  if (result->listener_ == nullptr) return nullptr;
  result->routes_ = MakeAdvantageService(backend, metrics, access_log, messages, result->streams_);
  if (!result->Serve(options)) {
    error = "gRPC did not start; its log says why";
    return nullptr;
  }
  return result;
}

GrpcServer::GrpcServer(std::uint32_t streams, ComputeBackend& backend, Metrics& metrics)
    : guard_(streams, backend.memory(), metrics.connections()),
      backend_(backend),
      metrics_(metrics) {}

GrpcServer::~GrpcServer() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  queue_->Stop();
}

void GrpcServer::AddStandardServices() {
  const std::string health = "grpc.health.v1.Health";
  routes_["/" + health + "/Check"] = AfterMessage([this](Wire& wire) { health_.Check(wire); });
  routes_["/" + health + "/Watch"] = AfterMessage([this](Wire& wire) { health_.Watch(wire); });
  services_ = {kServiceName, health};
  for (const char* version : {"v1", "v1alpha"}) {
    services_.push_back(std::string("grpc.reflection.") + version + ".ServerReflection");
    routes_["/" + services_.back() + "/ServerReflectionInfo"] = [this](Wire& wire) {
      Reflect(wire, services_);
    };
  }
}

void GrpcServer::Route(Wire& wire) const {
  const auto route = routes_.find(wire.path());
  if (route != routes_.end()) return route->second(wire);
  wire.Attach(*new NoUser);
  wire.End(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such method: " + wire.path()));
}

bool GrpcServer::Serve(const GrpcServerOptions& options) {
  // gRPC would end with its last user, and may then wait ten seconds for a thread of its own that
  // looks at the network: a process that ends has no need to.
  grpc_init();
  AddStandardServices();
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(ReceiveCap(backend_.max_request_bytes()));
  RefuseCompression(builder);
  SetChannelArguments(options, builder);
  queue_ = std::make_unique<CallQueue>(builder, options.threads);
  const auto plain = grpc::InsecureServerCredentials();
  for (const Transport transport : {Transport::kTcp, Transport::kUnix}) {
    const bool secure = transport == Transport::kTcp && options.tls != nullptr;
    acceptors_[static_cast<std::size_t>(transport)] =
        builder.experimental().AddExternalConnectionAcceptor(
            grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
            secure ? options.tls : plain);
  }
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return false;
  health_.Set("startup", true);
  SetReady(true);
  SetAlive(true);
  metrics_.load().SetLimit("max_connections",
                           static_cast<double>(options.listener.max_connections));
  metrics_.load().SetLimit("max_streams_per_connection", options.max_streams_per_connection);
  queue_->Start([this](Wire& wire) { Route(wire); },
                [this](const std::string& peer) { return guard_.Find(peer); });
  guard_.Start();
  listener_->Start([this](int fd, Transport transport) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = fd;
    acceptors_[static_cast<std::size_t>(transport)]->HandleNewConnection(&connection);
  });
  return true;
}

void GrpcServer::SetReady(bool ready) {
  for (const char* name : {"", kServiceName, "readiness"}) {
    health_.Set(name, ready);
  }
}

void GrpcServer::SetAlive(bool alive) { health_.Set("liveness", alive); }

void GrpcServer::Drain(std::chrono::milliseconds limit) {
  listener_->StopListening();
  streams_.Close();
  const auto deadline = std::chrono::system_clock::now() + limit;
  // gRPC tells clients to go (GOAWAY), and shuts a connection both ways once its last call has
  // ended, that is when the kernel has the answer: what the client then sends, if only to say that
  // it has read, makes the kernel throw away the megabytes that are still to leave. A connection
  // without calls does not close before the client has answered a ping, which it reads after all
  // answers. So clients are told in a moment without calls; if none comes, all the same.
  constexpr std::chrono::milliseconds kLook{50};
  while (metrics_.rpc().in_flight() > 0 &&
         std::chrono::system_clock::now() < deadline - limit / 2) {
    std::this_thread::sleep_for(kLook);
  }
  const auto ended = std::async(std::launch::async, [&] { server_->Shutdown(deadline); });
  // Health watches and reflection streams last as long as their clients like, so the server's own
  // shutdown would wait for them until the deadline. Once no call of our service has been in flight
  // for a while (one may be on its way from the network to the service, or its answer on the way
  // back, on a machine that is busy), the rest is cancelled.
  constexpr int kQuietLooks = 40;  // 2 s
  int quiet_looks = 0;
  while (ended.wait_for(kLook) != std::future_status::ready) {
    quiet_looks = metrics_.rpc().in_flight() == 0 ? quiet_looks + 1 : 0;
    if (quiet_looks == kQuietLooks) grpc_server_cancel_all_calls(server_->c_server());
  }
  queue_->Stop();
}

}  // namespace advantaged
