// The record of a call over HTTP, and how its answer left: in time, too late, or not at all. What
// gRPC tells in metadata beside the answer goes into header fields.
#ifndef ADVANTAGED_SERVER_JSON_ACCESS_H_
#define ADVANTAGED_SERVER_JSON_ACCESS_H_

#include <string>

#include "server/codec/call_status.h"
#include "server/compute/call_record.h"
#include "server/http/message.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

class AccessLog;

// Not thread-safe: a call is in one place at a time.
class JsonAccess {
 public:
  // A call begins. `log` must outlive the object.
  JsonAccess(AccessLog& log, Rpc rpc, const http::Head& head);
  JsonAccess(const JsonAccess&) = delete;
  JsonAccess& operator=(const JsonAccess&) = delete;

  CallRecord& record() { return record_; }
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
  const std::string peer_;
  CallRecord record_;
  int code_ = CallStatus::kCancelled;
  bool late_ = false;  // set and asked by the thread of the HTTP server, then at the end
  bool sent_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_ACCESS_H_
