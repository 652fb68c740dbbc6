// Who computes: a server, or this process. Commands do not know which.
#ifndef ADVANTAGED_CLI_BACKEND_BACKEND_H_
#define ADVANTAGED_CLI_BACKEND_BACKEND_H_

#include <memory>
#include <string>

#include "advantaged/client/client.h"

namespace advantaged::cli {

class Backend {
 public:
  virtual ~Backend() = default;
  virtual absl::StatusOr<client::Reply> Compute(const client::Batch& batch,
                                                const client::Settings& settings) = 0;
  virtual absl::StatusOr<v1::DescribeMethodResponse> Describe(
      const v1::DescribeMethodRequest& request) = 0;
  virtual absl::StatusOr<v1::ListMethodsResponse> ListMethods() = 0;
  virtual absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo() = 0;
  // The server's address, or "this process".
  virtual std::string name() const = 0;
};

std::unique_ptr<Backend> MakeRemoteBackend(const std::string& address,
                                           const client::ClientOptions& options);

// The server's own code behind the same messages: the same bits, the same errors.
std::unique_ptr<Backend> MakeLocalBackend();

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_BACKEND_BACKEND_H_
