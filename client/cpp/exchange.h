// A computation over a link: one call, after a question for the server's limit if it is large.
#ifndef ADVANTAGED_CLIENT_CPP_EXCHANGE_H_
#define ADVANTAGED_CLIENT_CPP_EXCHANGE_H_

#include <absl/status/status.h>

#include <functional>
#include <optional>

#include "advantaged/client/batch.h"
#include "client/cpp/computation.h"
#include "client/cpp/rpc.h"

namespace advantaged::client {

class Exchange final : public EventHandler {
 public:
  using Done = std::function<void(absl::Status)>;

  Exchange() = default;
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Begins, and goes on with the events of the queue. `done` is told the end, once, maybe at once;
  // the exchange may then begin anew, or be gone.
  void Begin(Link& link, const Batch& batch, const Settings& settings, Reply& reply,
             grpc::CompletionQueue& queue, Done done);
  // The same on a queue of its own, until the end.
  absl::Status Run(Link& link, const Batch& batch, const Settings& settings, Reply& reply);

 private:
  void OnEvent() override;
  void Send();
  void AskForLimit();
  void TakeLimit();
  absl::Status TakeAnswer();
  void Finish(absl::Status status);

  Link* link_ = nullptr;
  grpc::CompletionQueue* queue_ = nullptr;
  Rpc::Clock::time_point deadline_;
  Done done_;
  Computation computation_;
  RequestBytes bytes_;
  Rpc rpc_;
  bool asks_for_limit_ = false;
  std::optional<grpc::CompletionQueue> own_queue_;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_EXCHANGE_H_
