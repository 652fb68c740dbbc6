// The connection of a Client, and what it has learnt of the server.
#ifndef ADVANTAGED_CLIENT_CPP_LINK_H_
#define ADVANTAGED_CLIENT_CPP_LINK_H_

#include <absl/status/status.h>
#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/channel_arguments.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "advantaged/client/options.h"
#include "client/cpp/parts.h"

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

// Thread-safe.
struct Link {
  Link(std::string target, ClientOptions options);

  const std::string target;
  const ClientOptions options;
  const absl::Status usable;  // what is wrong with target and options
  const std::shared_ptr<grpc::Channel> channel;
  grpc::GenericStub stub;
  // 0: not asked yet.
  std::atomic<std::size_t> max_request_bytes = 0;
  std::atomic<std::size_t> max_rows = 0;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_LINK_H_
