// A computation over a link: sends what is next until all is done or something is wrong.
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
  // Sends the next request, after a question for limits, or cut, if it is large.
  void Next();
  void AskForLimits();
  void TakeLimits();
  void TakeAnswer();
  void Finish(absl::Status status);

  Link* link_ = nullptr;
  grpc::CompletionQueue* queue_ = nullptr;
  Rpc::Clock::time_point deadline_;
  Done done_;
  Computation computation_;
  RequestBytes bytes_;
  Rpc rpc_;
  bool asks_for_limits_ = false;
  std::optional<absl::Status> too_large_;  // what the server said of the last request, if it did
  std::size_t refused_bytes_ = 0;          // of that request
  std::optional<grpc::CompletionQueue> own_queue_;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_EXCHANGE_H_
