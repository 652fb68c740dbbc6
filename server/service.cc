#include "server/service.h"

#include <grpcpp/grpcpp.h>

#include <new>
#include <span>
#include <string>

#include "advantaged/v1/advantage_service.grpc.pb.h"
#include "server/call.h"
#include "server/errors.h"
#include "server/handler.h"
#include "server/metrics/metrics.h"
#include "server/version.h"

namespace advantaged {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::AdvantageService::CallbackService {
 public:
  Service(const ServiceOptions& options, Metrics& metrics) : options_(options), metrics_(metrics) {}

  ServerUnaryReactor* ComputeAdvantages(CallbackServerContext* context,
                                        const v1::ComputeAdvantagesRequest* request,
                                        v1::ComputeAdvantagesResponse* response) override {
    auto* call = new Call(*context, metrics_.rpc(), Rpc::kComputeAdvantages);
    call->End(Compute(*context, *call, *request, *response));
    return call;
  }

  ServerUnaryReactor* ListMethods(CallbackServerContext* context, const v1::ListMethodsRequest*,
                                  v1::ListMethodsResponse* response) override {
    auto* call = new Call(*context, metrics_.rpc(), Rpc::kListMethods);
    HandleListMethods(*response);
    call->End(grpc::Status::OK);
    return call;
  }

  ServerUnaryReactor* GetServerInfo(CallbackServerContext* context, const v1::GetServerInfoRequest*,
                                    v1::GetServerInfoResponse* response) override {
    auto* call = new Call(*context, metrics_.rpc(), Rpc::kGetServerInfo);
    *response = ServerInfo(options_.max_request_bytes);
    call->End(grpc::Status::OK);
    return call;
  }

 private:
  grpc::Status Compute(CallbackServerContext& context, const Call& call,
                       const v1::ComputeAdvantagesRequest& request,
                       v1::ComputeAdvantagesResponse& response) {
    const std::size_t bytes = request.ByteSizeLong();
    metrics_.rpc().ObserveRequestBytes(bytes);
    if (bytes > options_.max_request_bytes) return RefuseTooLarge(context, bytes);
    if (const grpc::Status gone = call.GivenUp(); !gone.ok()) return gone;

    BatchTally tally(
        std::span(request.pass_at().data(), static_cast<std::size_t>(request.pass_at_size())));
    CallStatus status;
    try {
      status = HandleComputeAdvantages(request, response, &tally);
    } catch (const std::bad_alloc&) {
      status = {grpc::INTERNAL, "out of memory", {}};
    }
    if (!status.ok()) return ToGrpcStatus(status);
    // Nobody will use the answer, so it does not count as a batch.
    if (const grpc::Status gone = call.GivenUp(); !gone.ok()) return gone;

    // A call for moments computes nothing that another call will not compute again.
    if (!request.moments_only()) metrics_.batch().Commit(MethodName(request), tally);
    const v1::Timings& timings = response.timings();
    metrics_.rpc().ObserveStages(timings.decode_us(), timings.compute_us(), timings.encode_us());
    metrics_.rpc().ObserveResponseBytes(response.ByteSizeLong());
    return grpc::Status::OK;
  }

  grpc::Status RefuseTooLarge(CallbackServerContext& context, std::size_t bytes) {
    metrics_.rpc().CountTooLarge();
    // Negative: do not retry (gRPC proposal A6).
    context.AddTrailingMetadata("grpc-retry-pushback-ms", "-1");
    return ToGrpcStatus({grpc::RESOURCE_EXHAUSTED,
                         "the request has " + std::to_string(bytes) +
                             " bytes; this server accepts " +
                             std::to_string(options_.max_request_bytes) +
                             " (--max-request-bytes): send it in parts",
                         {}});
  }

  const ServiceOptions options_;
  Metrics& metrics_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdvantageService(const ServiceOptions& options,
                                                    Metrics& metrics) {
  return std::make_unique<Service>(options, metrics);
}

}  // namespace advantaged
