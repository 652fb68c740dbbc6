#include "cli/backend.h"

namespace advantaged::cli {
namespace {

class RemoteBackend : public Backend {
 public:
  RemoteBackend(const std::string& address, const client::ClientOptions& options)
      : client_(address, options) {}

  client::Status Compute(const v1::ComputeAdvantagesRequest& request,
                         v1::ComputeAdvantagesResponse& response) override {
    return client_.Compute(request, response);
  }
  client::Status Describe(const v1::DescribeMethodRequest& request,
                          v1::DescribeMethodResponse& response) override {
    return client_.Describe(request, response);
  }
  client::Status ListMethods(v1::ListMethodsResponse& response) override {
    return client_.ListMethods(response);
  }
  client::Status GetServerInfo(v1::GetServerInfoResponse& response) override {
    return client_.GetServerInfo(response);
  }
  std::string name() const override { return client_.address(); }

 private:
  client::Client client_;
};

}  // namespace

std::unique_ptr<Backend> MakeRemoteBackend(const std::string& address,
                                           const client::ClientOptions& options) {
  return std::make_unique<RemoteBackend>(address, options);
}

}  // namespace advantaged::cli
