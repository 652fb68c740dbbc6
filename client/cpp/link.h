// The connections of a Client, one after the other, and what it has learnt of the server.
#ifndef ADVANTAGED_CLIENT_CPP_LINK_H_
#define ADVANTAGED_CLIENT_CPP_LINK_H_

#include <absl/status/status.h>
#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/channel_arguments.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "advantaged/client/options.h"

namespace advantaged::client {

inline constexpr char kCompute[] = "/advantaged.v1.AdvantageService/ComputeAdvantages";
inline constexpr char kDescribe[] = "/advantaged.v1.AdvantageService/DescribeMethod";
inline constexpr char kListMethods[] = "/advantaged.v1.AdvantageService/ListMethods";
inline constexpr char kGetServerInfo[] = "/advantaged.v1.AdvantageService/GetServerInfo";
inline constexpr char kCheckHealth[] = "/grpc.health.v1.Health/Check";

// A channel that has TLS, or is plain where there is none.
std::shared_ptr<grpc::Channel> Connect(const std::string& target,
                                       const std::optional<TlsOptions>& tls,
                                       grpc::ChannelArguments arguments);

struct Connection {
  explicit Connection(std::shared_ptr<grpc::Channel> its_channel)
      : channel(std::move(its_channel)), stub(channel) {}

  const std::shared_ptr<grpc::Channel> channel;
  grpc::GenericStub stub;
  const std::chrono::steady_clock::time_point made = std::chrono::steady_clock::now();
};

// Thread-safe.
class Link {
 public:
  Link(std::string target, ClientOptions options);

  // For one call, which holds it to its end. Another one once it has reached its age.
  std::shared_ptr<Connection> connection();

  const std::string target;
  const ClientOptions options;
  const absl::Status usable;  // what is wrong with target and options
  // What the server is known to take. Every server takes 4 MiB, unless its operator said otherwise.
  std::atomic<std::size_t> max_request_bytes = std::size_t{4} << 20;

 private:
  std::shared_ptr<Connection> MakeConnection() const;

  std::mutex mutex_;
  std::shared_ptr<Connection> connection_;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_LINK_H_
