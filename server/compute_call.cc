#include "server/compute_call.h"

#include <grpc/grpc_security.h>
#include <grpcpp/server_context.h>

#include "advantaged/v1/compute.pb.h"
#include "server/handler.h"

namespace advantaged {
namespace {

// The address of gRPC's record of who is at the other end: one for each connection, which lives as
// long as it does. Addresses of peers would not do: all clients of a Unix socket have the same.
ConnectionId ConnectionOf(grpc::CallbackServerContext& context) {
  grpc_auth_context* record = grpc_call_auth_context(context.c_call());
  grpc_auth_context_release(record);
  return record;
}

std::size_t MetadataBytes(const grpc::CallbackServerContext& context) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : context.client_metadata()) bytes += key.size() + value.size();
  return bytes;
}

}  // namespace

void ComputeCall::Start() {
  if (const CallStatus gone = backend_.CheckWaiting(CallStage::kAdmission, CheckGivenUp());
      !gone.ok()) {
    return End(gone);
  }
  if (const CallStatus refused = backend_.CheckMetadata(MetadataBytes(context())); !refused.ok()) {
    return End(refused);
  }
  const ConnectionId connection = ConnectionOf(context());
  const std::size_t responses = CountResponses(request_);
  CallStatus refusal;
  ticket_ = backend_.Admit(connection, request_.ByteSizeLong(), responses, refusal);
  if (!ticket_) return End(refusal);
  if (backend_.IsSmall(responses)) return Run(std::chrono::nanoseconds(0));
  backend_.pool().Submit(connection, static_cast<double>(responses), *this);
}

void ComputeCall::Run(std::chrono::nanoseconds waited) {
  waited_ = waited;
  End(backend_.Compute(request_, response_, waited, [this] { return CheckGivenUp(); }));
}

void ComputeCall::Refuse(std::chrono::milliseconds delay) { End(backend_.RefusedByQueue(delay)); }

std::optional<StageTimes> ComputeCall::Stages() const {
  const v1::Timings& timings = response_.timings();
  return StageTimes{.queue_us = std::chrono::duration<double, std::micro>(waited_).count(),
                    .decode_us = timings.decode_us(),
                    .compute_us = timings.compute_us(),
                    .encode_us = timings.encode_us()};
}

void ComputeCall::Describe(AccessRecord& record) const {
  record.method = MethodName(request_);
  record.run = request_.run();
  record.request_bytes = request_.ByteSizeLong();
  record.responses = CountResponses(request_);
  if (response_.numerics_version() == 0) return;  // there is no answer
  record.response_bytes = response_.ByteSizeLong();
  if (!response_.has_summary()) return;  // it has moments only
  record.groups = response_.summary().groups();
  record.responses = response_.summary().responses() + response_.summary().masked_responses();
}

}  // namespace advantaged
