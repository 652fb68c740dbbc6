#include "cli/backend.h"
#include "client/cpp/text.h"
#include "server/handler.h"

namespace advantaged::cli {
namespace {

client::Status ToClientStatus(const CallStatus& status) {
  client::Status result{status.code, status.message, {}};
  for (const Violation& violation : status.violations.listed()) {
    result.violations.push_back({violation.field, violation.description});
  }
  // As a server's last entry.
  const std::size_t rest = status.violations.count() - result.violations.size();
  if (rest > 0) result.violations.push_back({"", client::Concat("and ", rest, " more")});
  return result;
}

class LocalBackend : public Backend {
 public:
  client::Status Compute(const v1::ComputeAdvantagesRequest& request,
                         v1::ComputeAdvantagesResponse& response) override {
    return ToClientStatus(HandleComputeAdvantages(request, response, nullptr));
  }
  client::Status Describe(const v1::DescribeMethodRequest& request,
                          v1::DescribeMethodResponse& response) override {
    return ToClientStatus(HandleDescribeMethod(request, response));
  }
  client::Status ListMethods(v1::ListMethodsResponse& response) override {
    HandleListMethods(response);
    return {};
  }
  client::Status GetServerInfo(v1::GetServerInfoResponse& response) override {
    constexpr std::uint32_t kNoLimit = 0;  // nothing is sent
    HandleGetServerInfo(kNoLimit, response);
    return {};
  }
  std::string name() const override { return "this process"; }
};

}  // namespace

std::unique_ptr<Backend> MakeLocalBackend() { return std::make_unique<LocalBackend>(); }

}  // namespace advantaged::cli
