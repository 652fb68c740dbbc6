#include "client/cpp/client.h"

#include <grpcpp/grpcpp.h>

#include <limits>
#include <utility>

#include "advantaged/v1/advantage_service.grpc.pb.h"
#include "client/cpp/text.h"

namespace advantaged::client {
namespace {

// RESOURCE_EXHAUSTED is a full server; it says by the grpc-retry-pushback-ms trailer when to come
// back, or, for a request over its size limit, that trying again is useless.
constexpr char kServiceConfig[] = R"({"methodConfig": [{
  "name": [{"service": "advantaged.v1.AdvantageService"}],
  "retryPolicy": {
    "maxAttempts": 3, "initialBackoff": "0.1s", "maxBackoff": "2s", "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"]
  }}]})";

grpc::ChannelArguments ChannelArguments(const ClientOptions& options) {
  grpc::ChannelArguments arguments;
  // The server's limit is the one that counts, and its error says so in words.
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  // A call larger than this buffer is silently never retried; gRPC's default is 256 KiB.
  arguments.SetInt(GRPC_ARG_PER_RPC_RETRY_BUFFER_SIZE, std::numeric_limits<int>::max());
  // Clusters export http_proxy for downloads; a service beside the trainer is not behind it.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Also the time limit of one attempt to connect.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   static_cast<int>(options.connect_timeout.count()));
  arguments.SetServiceConfigJSON(kServiceConfig);
  return arguments;
}

}  // namespace

struct Client::Connection {
  Connection(const std::string& address, const ClientOptions& options)
      : stub(v1::AdvantageService::NewStub(grpc::CreateCustomChannel(
            address, grpc::InsecureChannelCredentials(), ChannelArguments(options)))) {}

  // Runs `call`, a method of the stub, under the deadline.
  template <typename Call, typename Request, typename Response>
  Status Run(Call call, const ClientOptions& options, const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + options.deadline);
    return Status::FromGrpc(((*stub).*call)(&context, request, &response));
  }

  using Stub = v1::AdvantageService::Stub;
  std::unique_ptr<Stub> stub;
};

Status Client::CheckAddress(std::string_view address) {
  if (address.starts_with("unix:")) {
    if (address.size() > 5) return {};
    return Status::InvalidArgument("\"unix:\" needs a path, as in unix:/run/advantaged.sock");
  }
  const std::size_t colon = address.rfind(':');
  const bool port = colon != std::string_view::npos && colon > 0 && colon + 1 < address.size() &&
                    address.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
  if (port && address.find('/') == std::string_view::npos) return {};
  return Status::InvalidArgument(Concat(
      "\"", address, "\" is not an address: write host:port, as in 127.0.0.1:50051, or unix:PATH"));
}

Client::Client(std::string address, ClientOptions options)
    : address_(std::move(address)),
      options_(options),
      connection_(std::make_unique<Connection>(address_, options_)) {}

Client::~Client() = default;

Status Client::Compute(const v1::ComputeAdvantagesRequest& request,
                       v1::ComputeAdvantagesResponse& response) {
  return connection_->Run(&Connection::Stub::ComputeAdvantages, options_, request, response);
}

Status Client::Describe(const v1::DescribeMethodRequest& request,
                        v1::DescribeMethodResponse& response) {
  return connection_->Run(&Connection::Stub::DescribeMethod, options_, request, response);
}

Status Client::ListMethods(v1::ListMethodsResponse& response) {
  return connection_->Run(&Connection::Stub::ListMethods, options_, v1::ListMethodsRequest(),
                          response);
}

Status Client::GetServerInfo(v1::GetServerInfoResponse& response) {
  return connection_->Run(&Connection::Stub::GetServerInfo, options_, v1::GetServerInfoRequest(),
                          response);
}

}  // namespace advantaged::client
