#include "server/codec/describe.h"
#include "server/codec/query.h"
#include "server/http/query.h"
#include "server/json/codec.h"
#include "server/json/rpc.h"

namespace advantaged {
namespace {

class JsonDescribe final : public JsonRpc {
 public:
  Rpc rpc() const override { return Rpc::kDescribeMethod; }

  CallStatus Read(http::Request& request, const std::function<bool()>& stop,
                  CallRecord& record) override {
    CallStatus status =
        request.method == http::verb::post ? ReadBody(request, stop) : ReadQuery(request.query);
    record.SetRequest(request_);
    return status;
  }

  std::size_t AnswerBytes() const override {
    return NumbersIn(request_) * (sizeof(double) + kJsonDoubleBytes);
  }

  CallStatus Compute(ComputeBackend& backend, const GivenUpCheck& given_up,
                     CallRecord& record) override {
    return backend.Describe(request_, response_, record, given_up);
  }

  std::string Print() override { return TakeAsJson(response_); }

 private:
  CallStatus ReadQuery(std::string_view text) {
    Violations violations;
    std::string error;
    if (const auto query = http::ParseQuery(text, error)) {
      DecodeQuery(*query, request_, violations);
    } else {
      violations.Add("query", std::move(error));
    }
    return violations.empty() ? CallStatus() : InvalidArgument(std::move(violations));
  }

  CallStatus ReadBody(http::Request& request, const std::function<bool()>& stop) {
    CallStatus status = ReadJson(request.body, request_, stop);
    request.body = {};
    return status;
  }

  v1::DescribeMethodRequest request_;
  v1::DescribeMethodResponse response_;
};

}  // namespace

std::unique_ptr<JsonRpc> MakeJsonDescribe() { return std::make_unique<JsonDescribe>(); }

}  // namespace advantaged
