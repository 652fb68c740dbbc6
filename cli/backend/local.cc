#include "base/text.h"
#include "cli/backend/backend.h"
#include "client/cpp/grpc_status.h"
#include "server/codec/handler.h"

namespace advantaged::cli {
namespace {

absl::Status ToStatus(const CallStatus& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.code), status.message);
  std::vector<client::Violation> violations;
  for (const Violation& violation : status.violations.listed()) {
    client::Violation& added =
        violations.emplace_back(client::Violation{violation.field, violation.description});
    for (const Mention& mention : violation.mentions) {
      added.mentions.push_back(
          {.kind = static_cast<client::Mention::Kind>(static_cast<int>(mention.kind) + 1),
           .number = mention.number,
           .group_id = mention.group_id,
           .begin = mention.begin,
           .end = mention.end});
    }
  }
  // As a server's last entry.
  const std::size_t rest = status.violations.count() - violations.size();
  if (rest > 0) violations.push_back({"", Concat("and ", rest, " more")});
  if (!violations.empty()) client::SetViolations(violations, result);
  return result;
}

std::string Bytes(const client::Mask& bitmap) {
  return {bitmap.bytes().begin(), bitmap.bytes().end()};
}

// The same as a message. Masks are bitmaps.
v1::ComputeAdvantagesRequest ToRequest(const client::Batch& batch,
                                       const client::Settings& settings) {
  v1::ComputeAdvantagesRequest request = settings;
  request.mutable_rewards()->Add(batch.rewards.begin(), batch.rewards.end());
  request.mutable_group_sizes()->Add(batch.group_sizes.begin(), batch.group_sizes.end());
  request.mutable_lengths()->Add(batch.lengths.begin(), batch.lengths.end());
  request.mutable_trajectory_ids()->Add(batch.trajectory_ids.begin(), batch.trajectory_ids.end());
  request.set_valid(Bytes(batch.valid));
  request.set_outcomes(Bytes(batch.outcomes));
  return request;
}

template <typename Response>
absl::StatusOr<Response> Answer(const CallStatus& status, Response&& response) {
  if (!status.ok()) return ToStatus(status);
  return std::move(response);
}

class LocalBackend : public Backend {
 public:
  absl::StatusOr<client::Reply> Compute(const client::Batch& batch,
                                        const client::Settings& settings) override {
    client::Reply reply;
    const CallStatus status = HandleComputeAdvantages(ToRequest(batch, settings), reply, nullptr);
    return Answer(status, std::move(reply));
  }
  absl::StatusOr<v1::DescribeMethodResponse> Describe(
      const v1::DescribeMethodRequest& request) override {
    v1::DescribeMethodResponse response;
    const CallStatus status = HandleDescribeMethod(request, response);
    return Answer(status, std::move(response));
  }
  absl::StatusOr<v1::ListMethodsResponse> ListMethods() override {
    v1::ListMethodsResponse response;
    HandleListMethods(response);
    return response;
  }
  absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo() override {
    constexpr std::uint32_t kNoLimit = 0;  // nothing is sent
    v1::GetServerInfoResponse response;
    HandleGetServerInfo(kNoLimit, response);
    return response;
  }
  std::string name() const override { return "this process"; }
};

}  // namespace

std::unique_ptr<Backend> MakeLocalBackend() { return std::make_unique<LocalBackend>(); }

}  // namespace advantaged::cli
