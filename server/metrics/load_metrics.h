// How busy the server is, what it turned away, and which callers did not wait.
#ifndef ADVANTAGED_SERVER_METRICS_LOAD_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_LOAD_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/metrics/families.h"
#include "server/metrics/pool_metrics.h"

namespace advantaged {

// Why a call, or a connection, was refused: for a limit, which docs/operations.md has under the
// same name, because there was no memory for it, or because the server is shutting down (over HTTP,
// also starting).
enum class Rejection : std::size_t {
  kConnections,
  kHttpConnections,
  kTooLarge,
  kMetadataTooLarge,
  kCalls,
  kBytes,
  kConnectionShare,
  kQueue,
  kMemory,
  kAllocation,
  kDraining,
};
inline constexpr std::array<std::string_view, 11> kRejections = {"connections",
                                                                 "http_connections",
                                                                 "too_large",
                                                                 "metadata_too_large",
                                                                 "calls",
                                                                 "bytes",
                                                                 "connection_share",
                                                                 "queue",
                                                                 "memory",
                                                                 "allocation",
                                                                 "draining"};

// Where a call was when its caller was found not to wait any more.
// kSend: its answer was on the way, or could not leave.
enum class CallStage : std::size_t { kAdmission, kQueue, kCompute, kSend };
inline constexpr std::array<std::string_view, 4> kCallStages = {"admission", "queue", "compute",
                                                                "send"};

// Why a caller does not wait any more.
enum class GivenUp : std::uint8_t { kNo, kDeadline, kCancelled };

// Thread-safe. Every family and child exists from the start.
class LoadMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit LoadMetrics(prometheus::Registry& registry);

  // Of the threads for batches, and of the one for descriptions.
  PoolMetrics& batches() { return batches_; }
  PoolMetrics& descriptions() { return descriptions_; }
  void SetInFlight(std::uint64_t calls, std::uint64_t bytes);
  // The value of a limit, so that a dashboard can draw it beside what it limits. `flag`: its name
  // without dashes in front, with underscores. Creates the child on first use.
  void SetLimit(const std::string& flag, double value) {
    limits_.Add({{"limit", flag}}).Set(value);
  }

  void Count(Rejection rejection);
  // `given_up` is not kNo.
  void Count(CallStage stage, GivenUp given_up);

 private:
  PoolMetrics batches_;
  PoolMetrics descriptions_;
  prometheus::Gauge& calls_;
  prometheus::Gauge& bytes_;
  prometheus::Family<prometheus::Gauge>& limits_;
  std::array<prometheus::Counter*, kRejections.size()> rejected_{};
  std::array<prometheus::Counter*, kCallStages.size()> expired_{};
  std::array<prometheus::Counter*, kCallStages.size()> cancelled_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_LOAD_METRICS_H_
