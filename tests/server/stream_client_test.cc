// StreamAdvantages for clients in C++, which are fast enough to have items of many streams under
// way at once.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "advantaged/v1/advantage_service.grpc.pb.h"
#include "server/compute/compute_backend.h"
#include "server/compute/message_pool.h"
#include "server/grpc/server.h"
#include "server/log/access_log.h"
#include "server/metrics/metrics.h"

namespace advantaged {
namespace {

using Replies = std::vector<v1::StreamAdvantagesResponse>;

constexpr int kItems = 1000;

// The nth item of a stream: most are small, some wait for a thread, some are refused.
v1::StreamAdvantagesRequest Item(int n) {
  v1::StreamAdvantagesRequest item;
  item.set_id(std::to_string(n));
  v1::ComputeAdvantagesRequest& batch = *item.mutable_batch();
  batch.mutable_method()->mutable_reinforce();
  const int responses = n % 16 == 3 ? 6000 : 2;
  for (int i = 0; i < responses; ++i) batch.add_rewards(static_cast<float>(n));
  batch.set_group_size(n % 7 == 5 ? 0 : 2);
  return item;
}

void ExpectAnswer(const v1::StreamAdvantagesResponse& reply) {
  const v1::StreamAdvantagesRequest item = Item(std::stoi(reply.id()));
  const bool good = item.batch().group_size() > 0;
  EXPECT_EQ(reply.has_batch(), good);
  EXPECT_EQ(reply.status().code(), good ? 0 : grpc::INVALID_ARGUMENT);
  if (!good) return;
  EXPECT_THAT(reply.batch().advantages(), testing::ElementsAreArray(item.batch().rewards()));
}

// The parameter is an address; empty: a Unix socket.
class StreamClientTest : public testing::TestWithParam<std::string> {
 protected:
  StreamClientTest() {
    const std::string path = "unix:" + testing::TempDir() + "/stream_" + std::to_string(getpid());
    std::string error;
    const auto address = ParseAddress(GetParam().empty() ? path : GetParam(), error);
    server_ = GrpcServer::Start({.listener = {.addresses = {*address}}}, backend_, messages_,
                                metrics_, access_log_, error);
    EXPECT_NE(server_, nullptr) << error;
  }
  // While streams are open it would not return before its limit.
  ~StreamClientTest() override { server_->Drain(std::chrono::minutes(10)); }

  // Of a client with a connection of its own.
  std::unique_ptr<v1::AdvantageService::Stub> Connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return v1::AdvantageService::NewStub(grpc::CreateCustomChannel(
        server_->addresses().front(), grpc::InsecureChannelCredentials(), arguments));
  }

  // Reads while it writes.
  static Replies Exchange(v1::AdvantageService::Stub& stub, bool unordered) {
    grpc::ClientContext context;
    const auto stream = stub.StreamAdvantages(&context);
    std::thread writer([&] {
      for (int n = 0; n < kItems; ++n) {
        v1::StreamAdvantagesRequest item = Item(n);
        item.set_unordered(unordered);
        EXPECT_TRUE(stream->Write(item));
      }
      EXPECT_TRUE(stream->WritesDone());
    });
    Replies replies;
    for (v1::StreamAdvantagesResponse reply; stream->Read(&reply);) replies.push_back(reply);
    writer.join();
    EXPECT_TRUE(stream->Finish().ok());
    return replies;
  }

  // Streams at once: two of each of two connections.
  std::vector<Replies> ExchangeMany(bool unordered) const {
    const std::unique_ptr<v1::AdvantageService::Stub> stubs[] = {Connect(), Connect()};
    std::vector<Replies> replies(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < replies.size(); ++i) {
      threads.emplace_back([&, i] { replies[i] = Exchange(*stubs[i % 2], unordered); });
    }
    for (std::thread& thread : threads) thread.join();
    return replies;
  }

  Metrics metrics_{{}, {}};
  AccessLog access_log_{std::make_shared<spdlog::logger>("access")};
  MessagePool messages_{1U << 20};
  ComputeBackend backend_{ComputeLimits{}, metrics_};
  std::unique_ptr<GrpcServer> server_;
};

INSTANTIATE_TEST_SUITE_P(Transports, StreamClientTest, testing::Values("127.0.0.1:0", ""),
                         [](const auto& address) {
                           return address.param.empty() ? "unix" : "tcp";
                         });

TEST_P(StreamClientTest, GetsItsAnswersInOrder) {
  for (const Replies& replies : ExchangeMany(false)) {
    ASSERT_EQ(replies.size(), kItems);
    for (int n = 0; n < kItems; ++n) {
      const v1::StreamAdvantagesResponse& reply = replies[static_cast<std::size_t>(n)];
      ASSERT_EQ(reply.id(), std::to_string(n));
      ExpectAnswer(reply);
    }
  }
}

TEST_P(StreamClientTest, GetsEachAnswerOnceInAnyOrder) {
  for (const Replies& replies : ExchangeMany(true)) {
    std::vector<int> ids;
    for (const v1::StreamAdvantagesResponse& reply : replies) {
      ids.push_back(std::stoi(reply.id()));
      ExpectAnswer(reply);
    }
    std::ranges::sort(ids);
    ASSERT_EQ(ids.size(), kItems);
    for (int n = 0; n < kItems; ++n) EXPECT_EQ(ids[static_cast<std::size_t>(n)], n);
  }
}

TEST_P(StreamClientTest, CancelsWithItemsUnderWay) {
  const auto stub = Connect();
  for (int i = 0; i < 50; ++i) {
    grpc::ClientContext context;
    const auto stream = stub->StreamAdvantages(&context);
    for (int n = 0; n < i % 8; ++n) EXPECT_TRUE(stream->Write(Item(n)));
    context.TryCancel();
    for (v1::StreamAdvantagesResponse reply; stream->Read(&reply);) ExpectAnswer(reply);
    EXPECT_EQ(stream->Finish().error_code(), grpc::CANCELLED);
  }
}

}  // namespace
}  // namespace advantaged
