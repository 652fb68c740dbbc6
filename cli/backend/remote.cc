#include "cli/backend/backend.h"

namespace advantaged::cli {
namespace {

class RemoteBackend : public Backend {
 public:
  RemoteBackend(const std::string& address, const client::ClientOptions& options)
      : client_(address, options) {}

  absl::StatusOr<client::Reply> Compute(const client::Batch& batch,
                                        const client::Settings& settings) override {
    return client_.Compute(batch, settings);
  }
  absl::StatusOr<v1::DescribeMethodResponse> Describe(
      const v1::DescribeMethodRequest& request) override {
    return client_.Describe(request);
  }
  absl::StatusOr<v1::ListMethodsResponse> ListMethods() override { return client_.ListMethods(); }
  absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo() override {
    return client_.GetServerInfo();
  }
  std::string name() const override { return client_.target(); }

 private:
  client::Client client_;
};

}  // namespace

std::unique_ptr<Backend> MakeRemoteBackend(const std::string& address,
                                           const client::ClientOptions& options) {
  return std::make_unique<RemoteBackend>(address, options);
}

}  // namespace advantaged::cli
