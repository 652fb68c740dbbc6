// A connection to an advantage service.
//
//   advantaged::client::Client client("127.0.0.1:50051");
//   advantaged::v1::ComputeAdvantagesRequest request;   // rewards, groups, method: see
//   compute.proto advantaged::v1::ComputeAdvantagesResponse response; const auto status =
//   client.Compute(request, response); if (!status.ok()) …                                 //
//   status.violations says what is wrong where
//
// Every call is a pure function of its request, so a call that finds no server, or a full one, is
// tried again, twice at most, within its deadline. Thread-safe: share one Client, it is one
// connection.
#ifndef ADVANTAGED_CLIENT_CPP_CLIENT_H_
#define ADVANTAGED_CLIENT_CPP_CLIENT_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "client/cpp/status.h"

namespace advantaged::v1 {
class ComputeAdvantagesRequest;
class ComputeAdvantagesResponse;
class DescribeMethodRequest;
class DescribeMethodResponse;
class GetServerInfoResponse;
class ListMethodsResponse;
}  // namespace advantaged::v1

namespace advantaged::client {

struct ClientOptions {
  // For one call, its retries included.
  std::chrono::milliseconds deadline = std::chrono::seconds(60);
  // For one attempt to connect. A host that drops packets is known as unreachable after this.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
};

class Client {
 public:
  // What is wrong with an address; OK for host:port and unix:PATH. "localhost" alone, which gRPC
  // would take for port 443, is refused.
  static Status CheckAddress(std::string_view address);

  // Connects at the first call, not here. A bad address shows in the status of the calls.
  explicit Client(std::string address, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& address() const { return address_; }

  // Each overwrites `response`; unless the returned status is OK it means nothing.
  Status Compute(const v1::ComputeAdvantagesRequest& request,
                 v1::ComputeAdvantagesResponse& response);
  Status Describe(const v1::DescribeMethodRequest& request, v1::DescribeMethodResponse& response);
  Status ListMethods(v1::ListMethodsResponse& response);
  Status GetServerInfo(v1::GetServerInfoResponse& response);

 private:
  struct Connection;  // keeps gRPC's headers out of this one

  std::string address_;
  ClientOptions options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_CLIENT_H_
