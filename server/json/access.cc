#include "server/json/access.h"

#include "server/log/stage_times.h"
#include "server/log/traceparent.h"

namespace advantaged {

JsonAccess::JsonAccess(AccessLog& log, Rpc rpc, const http::Head& head)
    : log_(log), peer_(head.peer), record_("http", rpc, head.field) {
  record_.SetRequestBytes(head.body_bytes);
}

void JsonAccess::Answer(int code, http::Response& response) {
  code_ = code;
  AddTraceparent(response);
  if (auto timings = record_.RequestedTimings()) {
    response.fields.emplace_back(kServerTiming, *std::move(timings));
  }
}

void JsonAccess::Late(http::Response& response) {
  late_ = true;
  AddTraceparent(response);
}

void JsonAccess::AddTraceparent(http::Response& response) const {
  if (!record_.traceparent().empty()) {
    response.fields.emplace_back(kTraceparent, record_.traceparent());
  }
}

void JsonAccess::Write() {
  const int code = late_ ? CallStatus::kDeadlineExceeded : code_;
  record_.Write(log_, sent_ ? code : CallStatus::kCancelled, [this] { return peer_; });
}

}  // namespace advantaged
