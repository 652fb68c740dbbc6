// One ComputeAdvantages call of gRPC.
#ifndef ADVANTAGED_SERVER_COMPUTE_CALL_H_
#define ADVANTAGED_SERVER_COMPUTE_CALL_H_

#include "server/pooled_call.h"

namespace advantaged {

class ComputeCall final : public PooledCall {
 public:
  // The messages belong to gRPC and live until the call is done.
  ComputeCall(grpc::CallbackServerContext& context, const v1::ComputeAdvantagesRequest& request,
              v1::ComputeAdvantagesResponse& response, Metrics& metrics, AccessLog& access_log,
              ComputeBackend& backend)
      : PooledCall(context, metrics, access_log, Rpc::kComputeAdvantages, backend),
        request_(request),
        response_(response) {}

 private:
  CallSize Measure() const override;
  CallStatus Work() override;
  std::optional<StageTimes> Stages() const override;
  void Describe(AccessRecord& record) const override;

  const v1::ComputeAdvantagesRequest& request_;
  v1::ComputeAdvantagesResponse& response_;
};

// What the access log says of one batch, in a call of its own or on a stream.
StageTimes StagesOf(const v1::ComputeAdvantagesResponse& response, std::chrono::nanoseconds waited);
void DescribeBatch(const v1::ComputeAdvantagesRequest& request,
                   const v1::ComputeAdvantagesResponse& response, AccessRecord& record);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_CALL_H_
