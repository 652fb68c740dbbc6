// The metrics of the calls themselves, under the names of go-grpc-prometheus, so that common alerts
// and dashboards apply.
#ifndef ADVANTAGED_SERVER_METRICS_RPC_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_RPC_METRICS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>

#include "base/code_names.h"
#include "server/metrics/families.h"

namespace advantaged {

// The calls of AdvantageService.
enum class Rpc : std::size_t {
  kComputeAdvantages,
  kStreamAdvantages,
  kDescribeMethod,
  kListMethods,
  kGetServerInfo
};
inline constexpr std::size_t kRpcs = 5;

// As in the label grpc_method: "ComputeAdvantages".
const char* RpcName(Rpc rpc);

// Thread-safe. Every family and child exists from the start.
class RpcMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit RpcMetrics(prometheus::Registry& registry);

  // A message of a stream has arrived, or has left.
  void CountReceived() { received_.Increment(); }
  void CountSent() { sent_.Increment(); }
  // Sizes of serialized messages of ComputeAdvantages.
  void ObserveRequestBytes(std::size_t bytes);
  void ObserveResponseBytes(std::size_t bytes);
  // Where the time of a successful batch went, in microseconds.
  void ObserveStages(double queue_us, double decode_us, double compute_us, double encode_us);

  // Calls between the start and the end of their CallScope.
  int in_flight() const { return static_cast<int>(in_flight_.Value()); }

 private:
  friend class CallScope;
  struct Method {
    prometheus::Counter* started;
    prometheus::Histogram* seconds;
    std::array<prometheus::Counter*, kCodeNames.size()> handled;
  };

  prometheus::Gauge& in_flight_;
  prometheus::Counter& received_;
  prometheus::Counter& sent_;
  prometheus::Histogram& request_bytes_;
  prometheus::Histogram& response_bytes_;
  std::array<prometheus::Histogram*, 4> stages_{};
  std::array<Method, kRpcs> methods_{};
};

// The life of one call: counted as started when made, as handled, with its latency, when destroyed.
// So whatever way a call ends, it is counted once, and at rest started is the sum of handled.
class CallScope {
 public:
  // `metrics` must outlive the scope.
  CallScope(RpcMetrics& metrics, Rpc rpc);
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;
  ~CallScope();

  // The canonical status code the call ends with; UNKNOWN until set.
  void set_code(int code) { code_ = static_cast<std::size_t>(code); }
  int code() const { return static_cast<int>(code_); }
  Rpc rpc() const { return rpc_; }
  std::chrono::steady_clock::duration elapsed() const {
    return std::chrono::steady_clock::now() - start_;
  }

 private:
  RpcMetrics& metrics_;
  const Rpc rpc_;
  // Atomic, so that who learns that the call is over sees all that was done before its end.
  std::atomic<std::size_t> code_ = 2;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_RPC_METRICS_H_
