// One unary call of gRPC to its end. What was refused because the server is busy is sent again when
// the server said, as long as the deadline permits; gRPC itself tries again what was lost
// (link.cc).
//
//   rpc.Start(…);                      // puts itself on the queue, with `handler` as the tag
//   while (!rpc.IsOver()) …            // the handler asks at each event
//   rpc.status(), rpc.reply()
#ifndef ADVANTAGED_CLIENT_CPP_RPC_H_
#define ADVANTAGED_CLIENT_CPP_RPC_H_

#include <absl/status/status.h>
#include <google/protobuf/message.h>
#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "client/cpp/events.h"
#include "client/cpp/link.h"

namespace advantaged::client {

class Rpc {
 public:
  using Clock = std::chrono::system_clock;

  // `method` is one of link.h. One call at a time; what it is given must stay until that is over.
  void Start(Link& link, const char* method, const grpc::ByteBuffer& request,
             Clock::time_point deadline, grpc::CompletionQueue& queue, EventHandler& handler);

  // To be asked once for each event. While it says false, there is another event to come.
  bool IsOver();

  // Once it is over:
  const absl::Status& status() const { return status_; }
  grpc::ByteBuffer& reply() { return reply_; }

 private:
  enum class State { kCalling, kWaiting, kProbing };

  void Send(const char* method, bool wait_for_ready, Clock::time_point deadline);
  bool HasEnded();
  // Whether there is time to wait as long as the server said.
  bool Wait();
  bool LacksConnection() const;
  absl::Status NoConnection(std::string_view reason) const;

  // Held by who starts, so that the thread of the queue does not find the starting unfinished.
  std::mutex starting_;
  Link* link_ = nullptr;
  std::shared_ptr<Connection> connection_;
  const char* method_ = nullptr;
  grpc::ByteBuffer request_;
  Clock::time_point deadline_;
  grpc::CompletionQueue* queue_ = nullptr;
  EventHandler* handler_ = nullptr;

  State state_ = State::kCalling;
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader_;
  grpc::Status ended_;
  std::optional<grpc::Alarm> alarm_;
  std::optional<std::chrono::milliseconds> pushback_;  // of the last refusal; below 0: never again
  grpc::ByteBuffer reply_;
  absl::Status status_;
};

// Makes one call and waits for it. INTERNAL if the answer is no such message.
absl::Status CallAndWait(Link& link, const char* method, const google::protobuf::Message& request,
                         google::protobuf::Message& response);

// Parses what has come into a message, which must be empty. False if it is no such message.
bool Parse(grpc::ByteBuffer& bytes, google::protobuf::Message& message);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_RPC_H_
