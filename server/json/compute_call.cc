#include "advantaged/v1/compute.pb.h"
#include "server/codec/reply_size.h"
#include "server/json/codec.h"
#include "server/json/rpc.h"

namespace advantaged {
namespace {

class JsonCompute final : public JsonRpc {
 public:
  Rpc rpc() const override { return Rpc::kComputeAdvantages; }

  CallStatus Read(http::Request& request, const std::function<bool()>& stop,
                  CallRecord& record) override {
    CallStatus status = ReadJson(request.body, request_, stop);
    if (!status.ok()) return status;
    request.body = {};
    record.SetRequest(request_);
    return status;
  }

  std::size_t AnswerBytes() const override {
    const ReplySize size = SizeOfReply(request_);
    return size.bytes() + size.floats * kJsonFloatBytes +
           (size.integers + size.doubles) * kJsonDoubleBytes;
  }

  CallStatus Compute(ComputeBackend& backend, const GivenUpCheck& given_up,
                     CallRecord& record) override {
    return backend.Compute(request_, response_, record, given_up);
  }

  std::string Print() override { return TakeAsJson(response_); }

 private:
  v1::ComputeAdvantagesRequest request_;
  v1::ComputeAdvantagesResponse response_;
};

}  // namespace

std::unique_ptr<JsonRpc> MakeJsonCompute() { return std::make_unique<JsonCompute>(); }

}  // namespace advantaged
