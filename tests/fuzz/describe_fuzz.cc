// The query of a GET /v1/describe, read, computed and answered as the server does it once it has
// let the call in and found it a thread.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "advantaged/v1/describe.pb.h"
#include "server/codec/handler.h"
#include "server/codec/query.h"
#include "server/http/query.h"
#include "server/json/codec.h"
#include "server/json/status.h"
#include "tests/fuzz/require.h"

namespace advantaged::fuzz {
namespace {

constexpr std::size_t kMaxBytes = 8192;
// So small that an input takes no longer than a millisecond.
constexpr std::uint32_t kMostN = 32;
constexpr std::uint32_t kMostPoints = 5;

void Shrink(v1::DescribeMethodRequest& request) {
  if (request.n() > kMostN && request.n() <= 4096) request.set_n(kMostN);
  const bool most = request.points() > kMostPoints && request.points() <= 4096;
  const bool none = !request.has_points() && request.rho().empty();
  if (most || none) request.set_points(kMostPoints);
  if (request.rho_size() > 64 && request.rho_size() <= 4096) request.mutable_rho()->Truncate(64);
}

CallStatus Describe(std::string_view text, v1::DescribeMethodResponse& response) {
  Violations violations;
  std::string error;
  v1::DescribeMethodRequest request;
  const auto query = http::ParseQuery(text, error);
  if (!query) {
    Require(!error.empty(), "a query that is none is told so", text);
    violations.Add("query", error);
  } else {
    DecodeQuery(*query, request, violations);
  }
  if (!violations.empty()) {
    return {.code = CallStatus::kInvalidArgument,
            .message = violations.listed().front().description,
            .violations = violations};
  }
  Shrink(request);
  return HandleDescribeMethod(request, response);
}

void CheckRefusal(const CallStatus& status, std::string_view text) {
  Require(status.code == CallStatus::kInvalidArgument, "a refusal is a client's fault", text);
  const http::Response answer = ToHttpResponse(status);
  // The parser takes valid UTF-8 only.
  const auto json = nlohmann::json::parse(answer.body.view(), nullptr, false);
  Require(json.is_object(), "a refusal is a JSON object", answer.body.view());
  Require(!status.violations.empty(), "a refusal lists violations", text);
}

void Run(std::string_view text) {
  v1::DescribeMethodResponse response;
  const CallStatus status = Describe(text, response);
  if (!status.ok()) return CheckRefusal(status, text);
  const auto points = response.curve().rho_size();
  Require(points >= 1, "a description has a curve", text);
  Require(response.curve().finite_n_surrogate_size() == points, "F_n has every point", text);
  Require(response.table().c_size() == static_cast<int>(response.n()) + 1, "a table is whole",
          text);
  // JSON has no number for them, and a plot no place.
  const auto infinite = [](double value) { return !std::isfinite(value); };
  Require(std::ranges::none_of(response.curve().surrogate(), infinite), "F is finite", text);
  Require(std::ranges::none_of(response.curve().finite_n_surrogate(), infinite), "F_n is finite",
          text);
  // It empties the response.
  const auto json = nlohmann::json::parse(TakeAsJson(response), nullptr, false);
  Require(json.is_object(), "the answer is a JSON object", text);
}

}  // namespace
}  // namespace advantaged::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > advantaged::fuzz::kMaxBytes) return 0;
  advantaged::fuzz::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
