// How a call ended, as a value. Nothing in this library throws for what a server or a network does.
#ifndef ADVANTAGED_CLIENT_CPP_STATUS_H_
#define ADVANTAGED_CLIENT_CPP_STATUS_H_

#include <string>
#include <vector>

namespace grpc {
class Status;
}  // namespace grpc

namespace advantaged::client {

// One field of a request and what is wrong with it.
struct FieldViolation {
  std::string field;  // path from the request, e.g. "rewards[17]" or "method.pass_at_k_grpo.k"
  std::string description;  // what is wrong, with the offending value
};

// The outcome of a call. The codes are the canonical ones, numbered as in grpc::StatusCode.
struct Status {
  static constexpr int kOk = 0;
  static constexpr int kInvalidArgument = 3;  // the request is wrong: do not retry
  static constexpr int kDeadlineExceeded = 4;
  static constexpr int kResourceExhausted = 8;  // the request is too large, or the server full
  static constexpr int kUnavailable = 14;       // no connection; the client has retried already

  int code = kOk;
  std::string message;                     // for people
  std::vector<FieldViolation> violations;  // of an INVALID_ARGUMENT: the first 100, then a count

  bool ok() const { return code == kOk; }
  // True if no server answered in time.
  bool unreachable() const { return code == kUnavailable || code == kDeadlineExceeded; }

  static Status InvalidArgument(std::string message);
  // Takes the violations from the BadRequest in the trailer `grpc-status-details-bin`. A trailer
  // that cannot be read costs the violations, never the code and the message.
  static Status FromGrpc(const grpc::Status& status);
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_STATUS_H_
