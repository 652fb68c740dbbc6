// One call of gRPC as bytes: messages in, messages out, a status.
//
//   a queue waits for a call            ServerCall
//   a call arrives                      CallQueue::Accept(call): attach a handler, which reads and
//                                       writes
//   a read or a write has completed     OnRead, OnWritten, on the thread of the call's queue
//   End was called and all completed    OnDone: handler and call are gone
//
// gRPC's callback API offers the same with threads of its own, which hand calls to each other: the
// hand-over costs more than a small call (docs/adr/0018).
#ifndef ADVANTAGED_SERVER_GRPC_RPC_SERVER_CALL_H_
#define ADVANTAGED_SERVER_GRPC_RPC_SERVER_CALL_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <mutex>
#include <string>

namespace advantaged {

class CallQueue;

// Handles the events of one call, one after the other, on one thread.
class CallHandler {
 public:
  // A message is in ServerCall::message(), or, if not ok, there is none: the caller has sent its
  // last, or has gone.
  virtual void OnRead(bool /*ok*/) {}
  // The message given to Write has left, or, if not ok, will not arrive.
  virtual void OnWritten(bool /*ok*/) {}
  // The caller has gone. The call must be ended all the same, unless it has been.
  virtual void OnCancelled() {}
  // The last event. The handler frees itself.
  virtual void OnDone() = 0;

 protected:
  ~CallHandler() = default;
};

// For calls that are ended at once.
class EndedCallHandler final : public CallHandler {
 public:
  void OnDone() override { delete this; }
};

class ServerCall {
 public:
  ServerCall(const ServerCall&) = delete;
  ServerCall& operator=(const ServerCall&) = delete;

  // "/package.Service/Method"
  const std::string& path() const { return context_.method(); }
  grpc::ServerContext& context() { return context_; }
  // Sends the events from now on to `handler`. On the thread of the queue.
  void Attach(CallHandler& handler) { handler_ = &handler; }

  // These may be called by any thread. One Read at a time, and one Write.
  void Read();
  grpc::ByteBuffer& message() { return message_; }
  void Write(const grpc::ByteBuffer& message);
  // Ends the call, once. Call and handler may be gone afterwards.
  void End(const grpc::Status& status);
  void End(const grpc::ByteBuffer& last, const grpc::Status& status);

 private:
  friend class CallQueue;
  // The tag that gRPC's queue hands back.
  struct Event {
    ServerCall& call;
    void (ServerCall::*handle)(bool ok);
  };

  // Waits for a call. Frees itself when that is over, or if none comes.
  ServerCall(CallQueue& calls, grpc::AsyncGenericService& service,
             grpc::ServerCompletionQueue& queue);
  ~ServerCall();

  // On the thread of the queue that handed the event out.
  static void Dispatch(const Event& event, bool ok);
  void Arrived(bool ok);
  void HasRead(bool ok);
  void HasWritten(bool ok);
  void HasEnded(bool ok);
  void NotifiedDone(bool ok);
  void FinishEvent();

  CallQueue& calls_;
  grpc::ServerCompletionQueue& queue_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer message_;
  CallHandler* handler_ = nullptr;
  // Held while an operation is started, so that its event is not handled before the start is over.
  std::mutex mutex_;
  // Events still to come: the end, AsyncNotifyWhenDone, and one of each Read and Write.
  int pending_ = 2;
  Event arrived_{*this, &ServerCall::Arrived};
  Event read_{*this, &ServerCall::HasRead};
  Event written_{*this, &ServerCall::HasWritten};
  Event ended_{*this, &ServerCall::HasEnded};
  Event done_{*this, &ServerCall::NotifiedDone};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_RPC_SERVER_CALL_H_
