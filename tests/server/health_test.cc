// What grpc.health.v1 answers when the server is told that it is not ready, or stuck.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>

#include <future>
#include <string>

#include "server/compute/compute_backend.h"
#include "server/compute/message_pool.h"
#include "server/grpc/server.h"
#include "server/log/access_log.h"
#include "server/metrics/metrics.h"

namespace advantaged {
namespace {

class HealthTest : public testing::Test {
 protected:
  // HealthCheckResponse.status: 1 is SERVING, 2 is NOT_SERVING.
  int Check(const std::string& service) {
    std::string request = "\x0A";  // HealthCheckRequest.service, as on the wire
    request += static_cast<char>(service.size()) + service;
    const grpc::Slice slice(request);
    const grpc::ByteBuffer message(&slice, 1);
    grpc::ClientContext context;
    grpc::ByteBuffer answer;
    std::promise<grpc::Status> ended;
    stub_.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &message, &answer,
                    [&](grpc::Status status) { ended.set_value(std::move(status)); });
    EXPECT_TRUE(ended.get_future().get().ok());
    grpc::Slice bytes;
    EXPECT_TRUE(answer.TrySingleSlice(&bytes).ok());
    EXPECT_EQ(bytes.size(), 2U);
    return bytes.begin()[1];
  }

  std::string error_;
  Metrics metrics_{{}, {}};
  MessagePool messages_{0};
  ComputeBackend backend_{{}, metrics_};
  AccessLog access_log_{std::make_shared<spdlog::logger>("none")};
  std::unique_ptr<GrpcServer> server_ =
      GrpcServer::Start({.listener = {.addresses = {{.path = {}, .host = "127.0.0.1", .port = 0}}}},
                        backend_, messages_, metrics_, access_log_, error_);
  grpc::GenericStub stub_{
      grpc::CreateChannel(server_->addresses().front(), grpc::InsecureChannelCredentials())};
};

TEST_F(HealthTest, AStuckServerIsNotAliveAndAllElseIsAsBefore) {
  server_->SetAlive(false);
  EXPECT_EQ(Check("liveness"), 2);
  for (const char* service : {"", "startup", "readiness"}) EXPECT_EQ(Check(service), 1);
  server_->SetAlive(true);
  EXPECT_EQ(Check("liveness"), 1);
}

TEST_F(HealthTest, AServerThatShutsDownIsNotReadyAndAlive) {
  server_->SetReady(false);
  for (const char* service : {"", "advantaged.v1.AdvantageService", "readiness"}) {
    EXPECT_EQ(Check(service), 2);
  }
  for (const char* service : {"startup", "liveness"}) EXPECT_EQ(Check(service), 1);
}

}  // namespace
}  // namespace advantaged
