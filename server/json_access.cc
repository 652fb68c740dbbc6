#include "server/json_access.h"

#include <utility>

#include "advantaged/v1/compute.pb.h"
#include "server/call_status.h"
#include "server/compute_backend.h"
#include "server/handler.h"
#include "server/log/traceparent.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {
namespace {

double Microseconds(std::chrono::duration<double, std::micro> time) { return time.count(); }

}  // namespace

JsonAccess::JsonAccess(AccessLog& log, const http::Head& head)
    : log_(log), wants_timings_(head.field(kWantTimings) == "1"), code_(CallStatus::kCancelled) {
  record_.transport = "http";
  record_.rpc = RpcName(Rpc::kComputeAdvantages);
  record_.peer = head.peer;
  record_.request_bytes = head.body_bytes;
  record_.stages.emplace();
  record_.traceparent = Traceparent(head.field(kTraceparent));
}

void JsonAccess::Queued(Nanoseconds waited) { record_.stages->queue_us = Microseconds(waited); }

void JsonAccess::Read(Nanoseconds took) { record_.stages->decode_us = Microseconds(took); }

void JsonAccess::Describe(const v1::ComputeAdvantagesRequest& request) {
  record_.method = MethodName(request);
  record_.run = request.run();
  record_.responses = CountResponses(request);
}

void JsonAccess::Computed(const v1::ComputeAdvantagesResponse& response) {
  record_.stages->decode_us += response.timings().decode_us();
  record_.stages->compute_us = response.timings().compute_us();
  record_.stages->encode_us = response.timings().encode_us();
  if (!response.has_summary()) return;  // it has moments only
  record_.groups = response.summary().groups();
  record_.responses = response.summary().responses() + response.summary().masked_responses();
}

void JsonAccess::Printed(std::size_t body_bytes, Nanoseconds took) {
  record_.stages->encode_us += Microseconds(took);
  record_.response_bytes = body_bytes;
}

void JsonAccess::Answer(int code, http::Response& response) {
  code_ = code;
  if (!record_.traceparent.empty()) {
    response.fields.emplace_back(kTraceparent, record_.traceparent);
  }
  if (wants_timings_) response.fields.emplace_back(kServerTiming, ServerTiming(*record_.stages));
}

void JsonAccess::Write() {
  log_.Write(sent_ ? code_ : CallStatus::kCancelled, [this](AccessRecord& record) {
    record = std::move(record_);
    record.total_us = Microseconds(std::chrono::steady_clock::now() - start_);
  });
}

}  // namespace advantaged
