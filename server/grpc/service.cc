#include "server/grpc/service.h"

#include <memory>
#include <utility>

#include "advantaged/v1/catalog.pb.h"
#include "server/codec/handler.h"
#include "server/compute/message_pool.h"
#include "server/grpc/call.h"
#include "server/grpc/compute_call.h"
#include "server/grpc/describe_call.h"
#include "server/grpc/open_streams.h"
#include "server/grpc/read_request.h"
#include "server/grpc/rpc/message_bytes.h"
#include "server/grpc/stream_call.h"
#include "server/grpc/version.h"
#include "server/metrics/metrics.h"

namespace advantaged {
namespace {

constexpr const char* kPath = "/advantaged.v1.AdvantageService/";

// Handles the call until its message has been read.
class MessageReader final : public CallHandler {
 public:
  MessageReader(ServerCall& server_call, const std::function<void(ServerCall&)>& start)
      : server_call_(server_call), start_(start) {
    server_call.Attach(*this);
    server_call.Read();
  }

 private:
  void OnRead(bool ok) override {
    if (!ok) {
      return server_call_.End(
          grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the call has no message"));
    }
    start_(server_call_);
    delete this;
  }
  void OnDone() override { delete this; }

  ServerCall& server_call_;
  const std::function<void(ServerCall&)>& start_;
};

}  // namespace

std::function<void(ServerCall&)> AfterMessage(std::function<void(ServerCall&)> start) {
  return [start = std::move(start)](ServerCall& server_call) {
    new MessageReader(server_call, start);
  };
}

Routes MakeAdvantageService(ComputeBackend& backend, Metrics& metrics, AccessLog& access_log,
                            MessagePool& messages, OpenStreams& streams) {
  Routes routes;
  const auto add = [&](Rpc rpc, std::function<void(ServerCall&)> start) {
    if (rpc != Rpc::kStreamAdvantages) start = AfterMessage(std::move(start));
    routes.emplace(std::string(kPath) + RpcName(rpc), std::move(start));
  };
  // For calls that take no time: at once, without admission. Their requests have no fields.
  const auto add_answer = [&](Rpc rpc, const google::protobuf::Message& type, const auto& make) {
    add(rpc, [=, &type, &backend, &metrics, &access_log](ServerCall& server_call) {
      auto* call = new Call(server_call, metrics, access_log, rpc);
      CallStatus status = backend.refusals().CheckMetadata(call->MetadataBytes());
      if (status.ok()) {
        const std::unique_ptr<google::protobuf::Message> request(type.New());
        status = ReadRequest(server_call.message(), *request);
      }
      status.ok() ? call->Answer(Serialize(make())) : call->End(status);
    });
  };
  add(Rpc::kComputeAdvantages, [&](ServerCall& server_call) {
    (new ComputeCall(server_call, metrics, access_log, backend, messages))->Start();
  });
  add(Rpc::kStreamAdvantages, [&](ServerCall& server_call) {
    (new StreamCall(server_call, metrics, access_log, backend, messages, streams))->Start();
  });
  add(Rpc::kDescribeMethod, [&](ServerCall& server_call) {
    (new DescribeCall(server_call, metrics, access_log, backend))->Start();
  });
  add_answer(Rpc::kListMethods, v1::ListMethodsRequest::default_instance(), [] {
    v1::ListMethodsResponse response;
    HandleListMethods(response);
    return response;
  });
  add_answer(Rpc::kGetServerInfo, v1::GetServerInfoRequest::default_instance(),
             [&] { return ServerInfo(backend.refusals().max_request_bytes()); });
  return routes;
}

}  // namespace advantaged
