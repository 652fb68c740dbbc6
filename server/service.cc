#include "server/service.h"

#include <memory>
#include <utility>

#include "advantaged/v1/catalog.pb.h"
#include "server/call.h"
#include "server/compute_call.h"
#include "server/describe_call.h"
#include "server/handler.h"
#include "server/message_pool.h"
#include "server/metrics/metrics.h"
#include "server/open_streams.h"
#include "server/read_request.h"
#include "server/rpc/message_bytes.h"
#include "server/stream_call.h"
#include "server/version.h"

namespace advantaged {
namespace {

constexpr const char* kPath = "/advantaged.v1.AdvantageService/";

// Has the call until its message is there.
class MessageReader final : public WireUser {
 public:
  MessageReader(Wire& wire, const std::function<void(Wire&)>& start) : wire_(wire), start_(start) {
    wire.Attach(*this);
    wire.Read();
  }

 private:
  void OnRead(bool ok) override {
    if (!ok) {
      return wire_.End(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "there is no message"));
    }
    start_(wire_);
    delete this;
  }
  void OnOver() override { delete this; }

  Wire& wire_;
  const std::function<void(Wire&)>& start_;
};

}  // namespace

std::function<void(Wire&)> AfterMessage(std::function<void(Wire&)> start) {
  return [start = std::move(start)](Wire& wire) { new MessageReader(wire, start); };
}

Routes MakeAdvantageService(ComputeBackend& backend, Metrics& metrics, AccessLog& access_log,
                            MessagePool& messages, OpenStreams& streams) {
  Routes routes;
  const auto add = [&](Rpc rpc, std::function<void(Wire&)> start) {
    routes.emplace(std::string(kPath) + RpcName(rpc), std::move(start));
  };
  // While memory is short a call that computes ends before its message is let in.
  const auto add_compute = [&](Rpc rpc, std::function<void(Wire&)> start) {
    add(rpc, [=, start = std::move(start), &backend, &metrics, &access_log](Wire& wire) {
      const CallStatus refused = backend.CheckMemory();
      if (refused.ok()) return start(wire);
      (new Call(wire, metrics, access_log, rpc))->End(refused);
    });
  };
  // For calls that take no time: at once, without admission. Their requests have no fields.
  const auto add_answer = [&](Rpc rpc, const google::protobuf::Message& type, const auto& make) {
    const auto answer = [=, &type, &backend, &metrics, &access_log](Wire& wire) {
      auto* call = new Call(wire, metrics, access_log, rpc);
      CallStatus status = backend.CheckMetadata(call->MetadataBytes());
      if (status.ok()) {
        const std::unique_ptr<google::protobuf::Message> request(type.New());
        status = ReadRequest(wire.message(), *request);
      }
      status.ok() ? call->Answer(Serialize(make())) : call->End(status);
    };
    add(rpc, AfterMessage(answer));
  };
  add_compute(Rpc::kComputeAdvantages, AfterMessage([&](Wire& wire) {
                (new ComputeCall(wire, metrics, access_log, backend, messages))->Start();
              }));
  add_compute(Rpc::kStreamAdvantages, [&](Wire& wire) {
    (new StreamCall(wire, metrics, access_log, backend, messages, streams))->Start();
  });
  add_compute(Rpc::kDescribeMethod, AfterMessage([&](Wire& wire) {
                (new DescribeCall(wire, metrics, access_log, backend))->Start();
              }));
  add_answer(Rpc::kListMethods, v1::ListMethodsRequest::default_instance(), [] {
    v1::ListMethodsResponse response;
    HandleListMethods(response);
    return response;
  });
  add_answer(Rpc::kGetServerInfo, v1::GetServerInfoRequest::default_instance(),
             [&] { return ServerInfo(backend.max_request_bytes()); });
  return routes;
}

}  // namespace advantaged
