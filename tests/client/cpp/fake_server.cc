#include "tests/client/cpp/fake_server.h"

#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>

#include <chrono>

#include "server/codec/errors.h"
#include "server/codec/handler.h"

namespace advantaged::client {

FakeServer::FakeServer(const Options& options, Compute compute)
    : compute_(std::move(compute)), max_request_bytes_(options.max_request_bytes) {
  int port = 0;
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(options.grpc_limit);
  builder.SetMaxSendMessageSize(-1);
  builder.AddListeningPort(options.address, options.credentials, &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  EXPECT_NE(server_, nullptr) << options.address;
  const bool is_unix = options.address.starts_with("unix:");
  target_ = is_unix ? options.address : "127.0.0.1:" + std::to_string(port);
}

FakeServer::~FakeServer() {
  server_->Shutdown(std::chrono::system_clock::now());
  // For the thread sanitizer, which does not see what orders gRPC's threads.
  const std::lock_guard lock(mutex_);
}

grpc::Status FakeServer::Really(grpc::ServerContext& /*context*/, const Request& request,
                                v1::ComputeAdvantagesResponse& response) {
  return ToGrpcStatus(HandleComputeAdvantages(request, response, nullptr));
}

std::vector<FakeServer::Request> FakeServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> FakeServer::attempts() const {
  const std::lock_guard lock(mutex_);
  return attempts_;
}

grpc::Status FakeServer::ComputeAdvantages(grpc::ServerContext* context, const Request* request,
                                           v1::ComputeAdvantagesResponse* response) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(*request);
    const auto found = context->client_metadata().find("grpc-previous-rpc-attempts");
    attempts_.push_back(found == context->client_metadata().end()
                            ? ""
                            : std::string(found->second.data(), found->second.size()));
  }
  if (request->ByteSizeLong() > max_request_bytes_) return Refuse(*context, -1);
  return compute_(*context, *request, *response);
}

grpc::Status FakeServer::GetServerInfo(grpc::ServerContext* /*context*/,
                                       const v1::GetServerInfoRequest* /*request*/,
                                       v1::GetServerInfoResponse* response) {
  ++info_calls_;
  HandleGetServerInfo(max_request_bytes_, *response);
  return grpc::Status::OK;
}

grpc::Status Refuse(grpc::ServerContext& context, int pushback_milliseconds) {
  context.AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(pushback_milliseconds));
  CallStatus status{.code = CallStatus::kResourceExhausted, .message = "refused"};
  if (pushback_milliseconds >= 0) {
    status.retry_delay = std::chrono::milliseconds(pushback_milliseconds);
  }
  return ToGrpcStatus(status);
}

}  // namespace advantaged::client
