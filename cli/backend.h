// Who computes: a server, or this process. Commands do not know which.
#ifndef ADVANTAGED_CLI_BACKEND_H_
#define ADVANTAGED_CLI_BACKEND_H_

#include <memory>
#include <string>

#include "client/cpp/client.h"

namespace advantaged::cli {

class Backend {
 public:
  virtual ~Backend() = default;
  // Each wants an empty `response`; unless the returned status is OK it means nothing.
  virtual client::Status Compute(const v1::ComputeAdvantagesRequest& request,
                                 v1::ComputeAdvantagesResponse& response) = 0;
  virtual client::Status Describe(const v1::DescribeMethodRequest& request,
                                  v1::DescribeMethodResponse& response) = 0;
  virtual client::Status ListMethods(v1::ListMethodsResponse& response) = 0;
  virtual client::Status GetServerInfo(v1::GetServerInfoResponse& response) = 0;
  // The server's address, or "this process".
  virtual std::string name() const = 0;
};

std::unique_ptr<Backend> MakeRemoteBackend(const std::string& address,
                                           const client::ClientOptions& options);

// The server's own code behind the same messages: the same bits, the same errors.
std::unique_ptr<Backend> MakeLocalBackend();

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_BACKEND_H_
