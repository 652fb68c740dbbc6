// The body of a POST /v1/compute, read, computed, counted and answered as the server does it once
// it has let the call in and found it a thread.
#include <google/protobuf/util/json_util.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "advantaged/v1/compute.pb.h"
#include "server/compute/call_record.h"
#include "server/compute/compute_backend.h"
#include "server/json/codec.h"
#include "server/json/status.h"
#include "server/metrics/metrics.h"
#include "tests/fuzz/require.h"

namespace advantaged::fuzz {
namespace {

constexpr std::size_t kMaxBytes = 65536;

ComputeBackend& Backend() {
  static ComputeBackend& backend = *[] {
    ComputeLimits limits;
    limits.pool.threads = 1;  // stays idle: inputs are computed where they are read
    return new ComputeBackend(limits, *new Metrics({}, {.runs = 2}));
  }();
  return backend;
}

http::Response Post(const std::string& body) {
  v1::ComputeAdvantagesRequest request;
  v1::ComputeAdvantagesResponse response;
  CallStatus status = ReadJson(body, request);
  if (status.ok()) {
    CallRecord record("http", Rpc::kComputeAdvantages);
    status = Backend().Compute(request, response, record, [] { return GivenUp::kNo; });
  }
  if (!status.ok()) return ToHttpResponse(status);
  return {.content_type = "application/json", .body = TakeAsJson(response) + '\n'};
}

void CheckAdvantages(const std::string& json) {
  v1::ComputeAdvantagesResponse response;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &response);
  Require(read.ok(), "the answer reads back: " + std::string(read.message()), json);
  Require(TakeAsJson(response) + '\n' == json, "the answer reads back as the same", json);
}

// google.rpc.Status.
void CheckRefusal(const http::Response& answer, const nlohmann::json& status) {
  const int code = status.value("code", CallStatus::kOk);
  Require(code == CallStatus::kInvalidArgument || code == CallStatus::kFailedPrecondition,
          "a refusal is a client's fault", answer.body.view());
  Require(answer.code == http::status::bad_request, "the HTTP status fits the code",
          answer.body.view());
  Require(status.value("message", "") != "", "a refusal has a message", answer.body.view());
  bool told = false;
  for (const nlohmann::json& detail : status.at("details")) {
    for (const nlohmann::json& violation : detail.value("field_violations", nlohmann::json())) {
      Require(violation.value("description", "") != "", "a violation is described",
              answer.body.view());
      told = true;
    }
  }
  Require(told == (code == CallStatus::kInvalidArgument),
          "INVALID_ARGUMENT, and nothing else, lists violations", answer.body.view());
}

void Run(const std::string& body) {
  const http::Response answer = Post(body);
  Require(answer.content_type == "application/json", "the answer says it is JSON",
          answer.body.view());
  // The parser takes valid UTF-8 only.
  const auto json = nlohmann::json::parse(answer.body.view(), nullptr, false);
  Require(json.is_object(), "the answer is a JSON object", answer.body.view());
  if (answer.code != http::status::ok) return CheckRefusal(answer, json);
  CheckAdvantages(std::string(answer.body.view()));
}

}  // namespace
}  // namespace advantaged::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > advantaged::fuzz::kMaxBytes) return 0;
  advantaged::fuzz::Run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
