#include "server/service.h"

#include <grpcpp/grpcpp.h>

#include "advantaged/v1/advantage_service.grpc.pb.h"
#include "server/call.h"
#include "server/compute_call.h"
#include "server/describe_call.h"
#include "server/handler.h"
#include "server/message_pool.h"
#include "server/metrics/metrics.h"
#include "server/open_streams.h"
#include "server/stream_call.h"
#include "server/version.h"

namespace advantaged {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

class Service final : public v1::AdvantageService::CallbackService {
 public:
  Service(ComputeBackend& backend, Metrics& metrics, AccessLog& access_log, MessagePool& messages,
          OpenStreams& streams)
      : backend_(backend),
        metrics_(metrics),
        access_log_(access_log),
        messages_(messages),
        streams_(streams) {
    SetMessageAllocatorFor_ComputeAdvantages(&messages);
  }

  ServerUnaryReactor* ComputeAdvantages(CallbackServerContext* context,
                                        const v1::ComputeAdvantagesRequest* request,
                                        v1::ComputeAdvantagesResponse* response) override {
    auto* call = new ComputeCall(*context, *request, *response, metrics_, access_log_, backend_);
    call->Start();
    return call;
  }

  StreamReactor* StreamAdvantages(CallbackServerContext* context) override {
    auto* call = new StreamCall(*context, metrics_, access_log_, backend_, messages_, streams_);
    call->Start();
    return call;
  }

  ServerUnaryReactor* DescribeMethod(CallbackServerContext* context,
                                     const v1::DescribeMethodRequest* request,
                                     v1::DescribeMethodResponse* response) override {
    auto* call = new DescribeCall(*context, *request, *response, metrics_, access_log_, backend_);
    call->Start();
    return call;
  }

  ServerUnaryReactor* ListMethods(CallbackServerContext* context, const v1::ListMethodsRequest*,
                                  v1::ListMethodsResponse* response) override {
    return Answer(*context, Rpc::kListMethods, [&] { HandleListMethods(*response); });
  }

  ServerUnaryReactor* GetServerInfo(CallbackServerContext* context, const v1::GetServerInfoRequest*,
                                    v1::GetServerInfoResponse* response) override {
    return Answer(*context, Rpc::kGetServerInfo,
                  [&] { *response = ServerInfo(backend_.max_request_bytes()); });
  }

 private:
  // For calls that take no time: at once, without admission.
  template <typename Fill>
  ServerUnaryReactor* Answer(CallbackServerContext& context, Rpc rpc, const Fill& fill) {
    auto* call = new Call(context, metrics_, access_log_, rpc);
    const CallStatus status = backend_.CheckMetadata(call->MetadataBytes());
    if (status.ok()) fill();
    call->End(status);
    return call;
  }

  ComputeBackend& backend_;
  Metrics& metrics_;
  AccessLog& access_log_;
  MessagePool& messages_;
  OpenStreams& streams_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdvantageService(ComputeBackend& backend, Metrics& metrics,
                                                    AccessLog& access_log, MessagePool& messages,
                                                    OpenStreams& streams) {
  return std::make_unique<Service>(backend, metrics, access_log, messages, streams);
}

}  // namespace advantaged
