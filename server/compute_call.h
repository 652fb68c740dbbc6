// One ComputeAdvantages call of gRPC, from its message to the end of its answer.
#ifndef ADVANTAGED_SERVER_COMPUTE_CALL_H_
#define ADVANTAGED_SERVER_COMPUTE_CALL_H_

#include "server/call.h"
#include "server/compute_backend.h"

namespace advantaged {

class ComputeCall final : public Call, private ComputeTask {
 public:
  // The messages belong to gRPC and live until the call is done.
  ComputeCall(grpc::CallbackServerContext& context, const v1::ComputeAdvantagesRequest& request,
              v1::ComputeAdvantagesResponse& response, RpcMetrics& metrics, AccessLog& access_log,
              ComputeBackend& backend)
      : Call(context, metrics, access_log, Rpc::kComputeAdvantages),
        request_(request),
        response_(response),
        backend_(backend) {}

  // Ends the call now or has it ended later, by another thread. The call may be gone afterwards.
  void Start();

 private:
  void Run(std::chrono::nanoseconds waited) override;
  void Refuse(std::chrono::milliseconds delay) override;
  std::optional<StageTimes> Stages() const override;
  void Describe(AccessRecord& record) const override;

  const v1::ComputeAdvantagesRequest& request_;
  v1::ComputeAdvantagesResponse& response_;
  ComputeBackend& backend_;
  std::chrono::nanoseconds waited_{0};  // for a thread
  Admission::Ticket ticket_;            // until the answer has been sent
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_CALL_H_
