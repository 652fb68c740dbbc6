// One call of gRPC as bytes: messages in, messages out, a status.
//
//   a queue waits for a call        Wire
//   it has come                     CallQueue::Accept(wire): Attach a user, who reads and writes
//   each thing asked for happens    OnRead, OnWritten, from the thread of the call's queue
//   End, and all of it has happened OnOver: user and wire are gone
//
// gRPC's callback API offers the same with threads of its own, which hand calls to each other: the
// hand-over costs more than a small call (docs/adr/0018).
#ifndef ADVANTAGED_SERVER_RPC_WIRE_H_
#define ADVANTAGED_SERVER_RPC_WIRE_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <mutex>
#include <string>

#include "server/guard/connection_account.h"

namespace advantaged {

class CallQueue;

// Who has the call. Told one thing after the other, by one thread.
class WireUser {
 public:
  // What Read asked for is in Wire::message(), or there is none: the caller has sent its last, or
  // has gone.
  virtual void OnRead(bool /*ok*/) {}
  // What Write was given has left; or will not arrive.
  virtual void OnWritten(bool /*ok*/) {}
  // The caller has gone. The call has to be ended all the same; it may have been.
  virtual void OnCancelled() {}
  // Last. Frees itself.
  virtual void OnOver() = 0;

 protected:
  ~WireUser() = default;
};

// For calls that are ended at once.
class NoUser final : public WireUser {
 public:
  void OnOver() override { delete this; }
};

class Wire {
 public:
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // "/package.Service/Method"
  const std::string& path() const { return context_.method(); }
  grpc::ServerContext& context() { return context_; }
  // Whom to tell from now on. By the thread of the queue.
  void Attach(WireUser& user) { user_ = &user; }

  // These may be called by any thread. One Read at a time, and one Write.
  void Read();
  grpc::ByteBuffer& message() { return message_; }
  void Write(const grpc::ByteBuffer& message);
  // Ends the call, once. Wire and user may be gone afterwards.
  void End(const grpc::Status& status);
  void End(const grpc::ByteBuffer& last, const grpc::Status& status);

 private:
  friend class CallQueue;
  // What gRPC's queue hands back.
  struct Event {
    Wire& wire;
    void (Wire::*happens)(bool ok);
  };

  // Waits for a call. Frees itself when that is over, or if none comes.
  Wire(CallQueue& calls, grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue);
  ~Wire();

  // By the thread of the queue, which has this from it.
  static void Happen(const Event& event, bool ok);
  void Arrived(bool ok);
  void HasRead(bool ok);
  void HasWritten(bool ok);
  void HasEnded(bool ok);
  void IsOver(bool ok);
  void Settle();

  CallQueue& calls_;
  grpc::ServerCompletionQueue& queue_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer message_;
  WireUser* user_ = nullptr;
  std::shared_ptr<ConnectionAccount> account_;  // null: nobody keeps one
  // Held while something is asked for, so that its event does not find the asking unfinished.
  std::mutex mutex_;
  // Events that are to come: the end, the news that it is over, and those of each Read and Write.
  int to_come_ = 2;
  Event arrived_{*this, &Wire::Arrived};
  Event read_{*this, &Wire::HasRead};
  Event written_{*this, &Wire::HasWritten};
  Event ended_{*this, &Wire::HasEnded};
  Event over_{*this, &Wire::IsOver};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_RPC_WIRE_H_
