#include "server/codec_describe.h"
#include "server/codec_query.h"
#include "server/handler.h"
#include "server/http/query.h"
#include "server/json_codec.h"
#include "server/json_rpc.h"

namespace advantaged {
namespace {

class JsonDescribe final : public JsonRpc {
 public:
  // A query is short, and read here. What a text asks for is not known before it is read, so it
  // counts as the most.
  double Cost(const http::Request& request) override {
    if (request.method == http::verb::post) {
      v1::DescribeMethodRequest most;
      most.set_n(kMaxTableSize);
      most.set_points(kMaxDescribedPoints);
      return SizeOf(most).work;
    }
    query_status_ = ReadQuery(request.query);
    return SizeOf(request_).work;
  }

  CallStatus Read(http::Request& request, const std::function<bool()>& stop,
                  AccessRecord& record) override {
    CallStatus status =
        request.method == http::verb::post ? ReadBody(request, stop) : query_status_;
    record.method = MethodName(request_);
    return status;
  }

  std::size_t AnswerBytes() const override {
    return SizeOf(request_).numbers * (sizeof(double) + kJsonDoubleBytes);
  }

  CallStatus Compute(ComputeBackend& backend, std::chrono::nanoseconds /*waited*/,
                     const GivenUpCheck& given_up, AccessRecord& record) override {
    const auto start = std::chrono::steady_clock::now();
    CallStatus status = backend.Describe(request_, response_, given_up);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    record.stages->compute_us = took.count();
    return status;
  }

  std::string Print() override { return PrintJson(response_); }

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
  CallStatus query_status_;
};

}  // namespace

std::unique_ptr<JsonRpc> MakeJsonDescribe() { return std::make_unique<JsonDescribe>(); }

}  // namespace advantaged
