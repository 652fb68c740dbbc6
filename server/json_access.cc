#include "server/json_access.h"

#include <utility>

#include "server/log/traceparent.h"

namespace advantaged {
namespace {

double Microseconds(std::chrono::duration<double, std::micro> time) { return time.count(); }

}  // namespace

JsonAccess::JsonAccess(AccessLog& log, Rpc rpc, const http::Head& head)
    : log_(log), wants_timings_(head.field(kWantTimings) == "1"), code_(CallStatus::kCancelled) {
  record_.transport = "http";
  record_.rpc = RpcName(rpc);
  record_.peer = head.peer;
  record_.request_bytes = head.body_bytes;
  record_.stages.emplace();
  record_.traceparent = Traceparent(head.field(kTraceparent));
}

void JsonAccess::Queued(Nanoseconds waited) { record_.stages->queue_us = Microseconds(waited); }

void JsonAccess::Read(Nanoseconds took) { record_.stages->decode_us = Microseconds(took); }

void JsonAccess::Printed(std::size_t body_bytes, Nanoseconds took) {
  record_.stages->encode_us += Microseconds(took);
  record_.response_bytes = body_bytes;
}

void JsonAccess::Answer(int code, http::Response& response) {
  code_ = code;
  AddTraceparent(response);
  if (wants_timings_) response.fields.emplace_back(kServerTiming, ServerTiming(*record_.stages));
}

void JsonAccess::Late(http::Response& response) {
  late_ = true;
  AddTraceparent(response);
}

void JsonAccess::AddTraceparent(http::Response& response) const {
  if (!record_.traceparent.empty()) {
    response.fields.emplace_back(kTraceparent, record_.traceparent);
  }
}

void JsonAccess::Write() {
  const int code = late_ ? CallStatus::kDeadlineExceeded : code_;
  log_.Write(sent_ ? code : CallStatus::kCancelled, [this](AccessRecord& record) {
    record = std::move(record_);
    record.total_us = Microseconds(std::chrono::steady_clock::now() - start_);
  });
}

}  // namespace advantaged
