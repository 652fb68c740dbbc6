// The threads that read and write for gRPC: each has a queue of its own and does what it hands out.
// They are the only ones that look at the network, so who finds a call is who answers it, unless it
// is large (ComputePool). That is why every service here is one of ours, health and reflection too:
// gRPC's own bring threads along that look at the network as well.
#ifndef ADVANTAGED_SERVER_RPC_CALL_QUEUE_H_
#define ADVANTAGED_SERVER_RPC_CALL_QUEUE_H_

#include <grpcpp/generic/async_generic_service.h>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/rpc/wire.h"

namespace grpc {
class ServerBuilder;
}

namespace advantaged {

class CallQueue {
 public:
  // Attaches a user to a call that has come; called by the threads.
  using Accept = std::function<void(Wire&)>;
  // The account of the connection with this peer, or null; asked by the threads.
  using Accounts = std::function<std::shared_ptr<ConnectionAccount>(const std::string& peer)>;

  // Of the server that `builder` will make, which must be shut down before Stop.
  CallQueue(grpc::ServerBuilder& builder, std::size_t threads);
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;
  ~CallQueue();

  // Once the server is made. Without `accounts` there are none.
  void Start(Accept accept, Accounts accounts = {});
  // Returns when all calls are over, also those that others still work on, and the threads have
  // ended.
  void Stop();

 private:
  friend class Wire;
  void WaitForNext(grpc::ServerCompletionQueue& queue);
  void Gone();
  void Accepted(Wire& wire) { accept_(wire); }
  std::shared_ptr<ConnectionAccount> AccountOf(const std::string& peer) const {
    return accounts_ ? accounts_(peer) : nullptr;
  }
  static void Run(grpc::ServerCompletionQueue& queue);

  grpc::AsyncGenericService service_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  Accept accept_;
  Accounts accounts_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable no_wires_;
  std::size_t wires_ = 0;  // calls, and those that wait for one
  bool stopping_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_RPC_CALL_QUEUE_H_
