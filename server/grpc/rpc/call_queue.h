// The threads that read and write for gRPC: each has a completion queue and handles its events.
// Only these threads poll the network, so the thread that receives a call also answers it, unless
// the call is large (ComputePool). For the same reason health and reflection are services of our
// own: gRPC's would add polling threads of their own.
#ifndef ADVANTAGED_SERVER_GRPC_RPC_CALL_QUEUE_H_
#define ADVANTAGED_SERVER_GRPC_RPC_CALL_QUEUE_H_

#include <grpcpp/generic/async_generic_service.h>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/grpc/rpc/server_call.h"

namespace grpc {
class ServerBuilder;
}

namespace advantaged {

class CallQueue {
 public:
  // Attaches a handler to a call that has arrived; called by the threads.
  using Accept = std::function<void(ServerCall&)>;

  // Of the server that `builder` will make, which must be shut down before Stop.
  CallQueue(grpc::ServerBuilder& builder, std::size_t threads);
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;
  ~CallQueue();

  // Once the server is made.
  void Start(Accept accept);
  // Returns when all calls are over, also those that others still work on, and the threads have
  // ended.
  void Stop();

 private:
  friend class ServerCall;
  void WaitForNext(grpc::ServerCompletionQueue& queue);
  void Gone();
  void Accepted(ServerCall& server_call) { accept_(server_call); }
  static void Run(grpc::ServerCompletionQueue& queue);

  grpc::AsyncGenericService service_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  Accept accept_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable no_calls_;
  std::size_t calls_ = 0;  // calls, and those that wait for one
  bool stopping_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_RPC_CALL_QUEUE_H_
