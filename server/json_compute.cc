#include "advantaged/v1/compute.pb.h"
#include "server/handler.h"
#include "server/json_codec.h"
#include "server/json_rpc.h"
#include "server/reply_size.h"

namespace advantaged {
namespace {

class JsonCompute final : public JsonRpc {
 public:
  Rpc rpc() const override { return Rpc::kComputeAdvantages; }

  CallStatus Read(http::Request& request, const std::function<bool()>& stop,
                  AccessRecord& record) override {
    CallStatus status = ReadJson(request.body, request_, stop);
    if (!status.ok()) return status;
    request.body = {};
    record.method = MethodName(request_);
    record.run = request_.run();
    record.responses = CountResponses(request_);
    return status;
  }

  std::size_t AnswerBytes() const override {
    const ReplySize size = SizeOfReply(request_);
    return size.bytes() + size.floats * kJsonFloatBytes +
           (size.integers + size.doubles) * kJsonDoubleBytes;
  }

  CallStatus Compute(ComputeBackend& backend, std::chrono::nanoseconds waited,
                     const GivenUpCheck& given_up, AccessRecord& record) override {
    CallStatus status = backend.Compute(request_, response_, Attempt::kFirst, waited, given_up);
    if (!status.ok()) return status;
    record.stages->decode_us += response_.timings().decode_us();
    record.stages->compute_us = response_.timings().compute_us();
    record.stages->encode_us = response_.timings().encode_us();
    if (!response_.has_summary()) return status;  // it has moments only
    record.groups = response_.summary().groups();
    record.responses = response_.summary().responses() + response_.summary().masked_responses();
    return status;
  }

  std::string Print() override { return TakeAsJson(response_); }

 private:
  v1::ComputeAdvantagesRequest request_;
  v1::ComputeAdvantagesResponse response_;
};

}  // namespace

std::unique_ptr<JsonRpc> MakeJsonCompute() { return std::make_unique<JsonCompute>(); }

}  // namespace advantaged
