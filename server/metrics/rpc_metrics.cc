#include "server/metrics/rpc_metrics.h"

#include <string>

#include "server/metrics/tally.h"

namespace advantaged {
namespace {

constexpr std::array<const char*, kRpcs> kRpcNames = {
    "ComputeAdvantages", "StreamAdvantages", "DescribeMethod", "ListMethods", "GetServerInfo"};
constexpr std::array<const char*, 4> kStages = {"queue", "decode", "compute", "encode"};

}  // namespace

const char* RpcName(Rpc rpc) { return kRpcNames[static_cast<std::size_t>(rpc)]; }

RpcMetrics::RpcMetrics(prometheus::Registry& registry)
    : in_flight_(GaugeFamily(registry, "advantaged_requests_in_flight",
                             "Calls that have started and not ended.")
                     .Add({})),
      received_(CounterFamily(registry, "grpc_server_msg_received_total",
                              "Messages of streams that have arrived.")
                    .Add({{"grpc_method", RpcName(Rpc::kStreamAdvantages)}})),
      sent_(CounterFamily(registry, "grpc_server_msg_sent_total",
                          "Messages of streams that have left.")
                .Add({{"grpc_method", RpcName(Rpc::kStreamAdvantages)}})),
      request_bytes_(AddHistogram(HistogramFamily(registry, "advantaged_request_size_bytes",
                                                  "Serialized requests of ComputeAdvantages."),
                                  {}, kBytesEdges)),
      response_bytes_(AddHistogram(HistogramFamily(registry, "advantaged_response_size_bytes",
                                                   "Serialized responses of ComputeAdvantages."),
                                   {}, kBytesEdges)) {
  auto& stages = HistogramFamily(registry, "advantaged_stage_seconds",
                                 "Time of a successful batch by stage: queue (waiting for a "
                                 "thread), decode (checks, layout of groups), compute, encode "
                                 "(serialization not included).");
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    stages_[i] = &AddHistogram(stages, {{"stage", kStages[i]}}, kSecondsEdges);
  }
  auto& started = CounterFamily(registry, "grpc_server_started_total", "Calls started.");
  auto& handled = CounterFamily(registry, "grpc_server_handled_total",
                                "Calls ended, by the status code the client saw.");
  auto& seconds = HistogramFamily(registry, "grpc_server_handling_seconds",
                                  "Time from the receipt of the request to the end of the call.");
  for (std::size_t rpc = 0; rpc < kRpcs; ++rpc) {
    const prometheus::Labels labels = {{"grpc_method", kRpcNames[rpc]}};
    methods_[rpc].started = &started.Add(labels);
    methods_[rpc].seconds = &AddHistogram(seconds, labels, kSecondsEdges);
    for (std::size_t code = 0; code < kCodeNames.size(); ++code) {
      methods_[rpc].handled[code] =
          &handled.Add({{"grpc_method", kRpcNames[rpc]}, {"grpc_code", kCodeNames[code]}});
    }
  }
}

void RpcMetrics::ObserveRequestBytes(std::size_t bytes) {
  request_bytes_.Observe(static_cast<double>(bytes));
}

void RpcMetrics::ObserveResponseBytes(std::size_t bytes) {
  response_bytes_.Observe(static_cast<double>(bytes));
}

void RpcMetrics::ObserveStages(double queue_us, double decode_us, double compute_us,
                               double encode_us) {
  stages_[0]->Observe(queue_us * 1e-6);
  stages_[1]->Observe(decode_us * 1e-6);
  stages_[2]->Observe(compute_us * 1e-6);
  stages_[3]->Observe(encode_us * 1e-6);
}

CallScope::CallScope(RpcMetrics& metrics, Rpc rpc) : metrics_(metrics), rpc_(rpc) {
  metrics_.methods_[static_cast<std::size_t>(rpc_)].started->Increment();
  metrics_.in_flight_.Increment();
}

CallScope::~CallScope() {
  const RpcMetrics::Method& method = metrics_.methods_[static_cast<std::size_t>(rpc_)];
  metrics_.in_flight_.Decrement();
  method.seconds->Observe(std::chrono::duration<double>(elapsed()).count());
  // Last: who sees all calls handled sees everything of them.
  method.handled[code_]->Increment();
}

}  // namespace advantaged
