// Bytes that claim to be a ComputeAdvantagesRequest: decoded, computed, encoded, counted, as for a
// call.
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/support/status.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "advantaged/v1/compute.pb.h"
#include "server/codec/errors.h"
#include "server/codec/handler.h"
#include "server/metrics/batch_tally.h"
#include "server/metrics/metrics.h"
#include "tests/fuzz/require.h"

namespace advantaged::fuzz {
namespace {

// One execution stays fast: 64 KiB of bits are 2^19 responses.
constexpr std::size_t kMaxBytes = 65536;

// Bytes of message and details as trailers carry them: percent-encoded, and in base64.
std::size_t SentSize(const grpc::Status& status) {
  std::size_t size = (status.error_details().size() + 2) / 3 * 4;
  for (const char c : status.error_message()) size += c < ' ' || c > '~' || c == '%' ? 3 : 1;
  return size;
}

void CheckRefusal(const CallStatus& status) {
  Require(
      status.code == CallStatus::kInvalidArgument || status.code == CallStatus::kFailedPrecondition,
      "a refusal is INVALID_ARGUMENT or FAILED_PRECONDITION", std::to_string(status.code));
  Require(!status.message.empty(), "a refusal has a message");
  Require(status.violations.empty() == (status.code != CallStatus::kInvalidArgument),
          "INVALID_ARGUMENT, and nothing else, lists violations", status.message);
  for (const Violation& violation : status.violations.listed()) {
    Require(!violation.field.empty(), "a violation names a field", violation.description);
    Require(!violation.description.empty(), "a violation is described", violation.field);
  }
  const grpc::Status sent = ToGrpcStatus(status);
  Require(static_cast<int>(sent.error_code()) == status.code, "the code survives");
  Require(SentSize(sent) <= kMaxErrorBytes, "message and details fit a trailer",
          sent.error_message());
}

// In whichever form they came.
std::vector<float> Advantages(const v1::ComputeAdvantagesResponse& response) {
  std::vector<float> all(response.advantages().begin(), response.advantages().end());
  all.insert(all.end(), response.advantages_per_group().begin(),
             response.advantages_per_group().end());
  const std::string& bytes = response.advantages_float32_le();
  Require(bytes.size() % sizeof(float) == 0, "bytes are whole floats");
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
    std::memcpy(&all.emplace_back(), &bytes[i], sizeof(float));
  }
  return all;
}

void CheckAdvantages(const v1::ComputeAdvantagesRequest& request,
                     const v1::ComputeAdvantagesResponse& response) {
  const std::vector<float> advantages = Advantages(response);
  for (const float advantage : advantages) {
    Require(std::isfinite(advantage), "advantages are finite", std::to_string(advantage));
    Require(advantage != 0 || !std::signbit(advantage), "no advantage is -0");
  }
  const v1::Summary& summary = response.summary();
  const std::size_t trajectory_ids = static_cast<std::size_t>(request.trajectory_ids_size()) +
                                     request.trajectory_ids_fixed32_le().size() / sizeof(float);
  const std::size_t responses = std::size_t{summary.responses()} + summary.masked_responses();
  // One for each row.
  std::size_t expected = trajectory_ids > 0 ? trajectory_ids : responses;
  Require(responses <= expected, "a response has a row", std::to_string(responses));
  if (request.reply_form() == v1::REPLY_FORM_ADVANTAGES_PER_GROUP) {
    expected = 2 * std::size_t{summary.groups()};
  }
  Require(
      request.moments_only() ? advantages.empty() : advantages.size() == expected && expected > 0,
      "there are as many advantages as asked for", std::to_string(advantages.size()));
  if (request.group_statistics() && !request.moments_only()) {
    Require(std::cmp_equal(response.group_statistics().n_size(), summary.groups()),
            "there are statistics of every group");
  }
}

void Compute(const v1::ComputeAdvantagesRequest& request) {
  static Metrics& metrics = *new Metrics({}, {.runs = 2});
  BatchTally tally({request.pass_at().data(), static_cast<std::size_t>(request.pass_at_size())});
  v1::ComputeAdvantagesResponse response;
  const CallStatus status = HandleComputeAdvantages(request, response, &tally);
  if (!status.violations.empty()) metrics.refusals().Count(request, status.violations);
  if (!status.ok()) return CheckRefusal(status);
  CheckAdvantages(request, response);
  if (!request.moments_only()) {
    metrics.batch().Commit({.method = MethodName(request), .run = request.run()}, tally);
  }
  v1::ComputeAdvantagesResponse received;
  Require(received.ParseFromString(response.SerializeAsString()), "the response can be read");
}

}  // namespace
}  // namespace advantaged::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Says on standard error what it cannot read.
  static const google::protobuf::LogSilencer silence;
  if (size > advantaged::fuzz::kMaxBytes) return 0;
  advantaged::v1::ComputeAdvantagesRequest request;
  if (request.ParseFromArray(data, static_cast<int>(size))) advantaged::fuzz::Compute(request);
  return 0;
}
