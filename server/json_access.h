// What a call over HTTP tells besides its answer: a line of the access log, the caller's
// traceparent, and where the time went, if asked for. As the gRPC path does with metadata.
#ifndef ADVANTAGED_SERVER_JSON_ACCESS_H_
#define ADVANTAGED_SERVER_JSON_ACCESS_H_

#include <chrono>
#include <string>

#include "server/call_status.h"
#include "server/http/message.h"
#include "server/log/access_log.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

// Not thread-safe: a call is in one place at a time.
class JsonAccess {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  // A call begins. `log` must outlive the object.
  JsonAccess(AccessLog& log, Rpc rpc, const http::Head& head);
  JsonAccess(const JsonAccess&) = delete;
  JsonAccess& operator=(const JsonAccess&) = delete;

  // The call has waited for a thread.
  void Queued(Nanoseconds waited);
  // Its text has been read.
  void Read(Nanoseconds took);
  // It was computed, and printed as `body_bytes` bytes of text.
  void Printed(std::size_t body_bytes, Nanoseconds took);
  // What the line will say, for what depends on the RPC; it has stages.
  AccessRecord& record() { return record_; }
  // This is its answer, which gets its header fields.
  void Answer(int code, http::Response& response);
  // `response` goes instead, because there was no answer by the deadline. Also while the call is
  // elsewhere.
  void Late(http::Response& response);
  // The answer has been sent. Else the line will say that the caller gave up.
  void Sent() { sent_ = true; }

  bool late() const { return late_; }
  // There was an answer other than that the caller had given up, and it did not leave.
  bool Lost() const {
    return (late_ || !sent_) && code_ != CallStatus::kCancelled &&
           code_ != CallStatus::kDeadlineExceeded;
  }

  // Writes the line. Call once, last.
  void Write();

 private:
  void AddTraceparent(http::Response& response) const;

  AccessLog& log_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const bool wants_timings_;
  AccessRecord record_;
  int code_;
  bool late_ = false;  // set and asked by the thread of the HTTP server, then at the end
  bool sent_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_ACCESS_H_
