// One DescribeMethod call of gRPC.
#ifndef ADVANTAGED_SERVER_DESCRIBE_CALL_H_
#define ADVANTAGED_SERVER_DESCRIBE_CALL_H_

#include "server/pooled_call.h"

namespace advantaged {

class DescribeCall final : public PooledCall {
 public:
  // The messages belong to gRPC and live until the call is done.
  DescribeCall(grpc::CallbackServerContext& context, const v1::DescribeMethodRequest& request,
               v1::DescribeMethodResponse& response, Metrics& metrics, AccessLog& access_log,
               ComputeBackend& backend)
      : PooledCall(context, metrics, access_log, Rpc::kDescribeMethod, backend),
        request_(request),
        response_(response) {}

 private:
  CallSize Measure() const override;
  CallStatus Work() override;
  std::optional<StageTimes> Stages() const override;
  void Describe(AccessRecord& record) const override;

  const v1::DescribeMethodRequest& request_;
  v1::DescribeMethodResponse& response_;
  std::chrono::nanoseconds took_{0};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_DESCRIBE_CALL_H_
