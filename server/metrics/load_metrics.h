// How busy the server is, what it turned away, and which callers did not wait.
#ifndef ADVANTAGED_SERVER_METRICS_LOAD_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_LOAD_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/metrics/families.h"

namespace advantaged {

// The limit for which a call, or a connection, was refused; kRejections says which flag sets it.
enum class Rejection : std::size_t {
  kConnections,
  kTooLarge,
  kMetadataTooLarge,
  kCalls,
  kBytes,
  kConnectionShare,
  kQueue,
};
inline constexpr std::array<std::string_view, 7> kRejections = {
    "connections",      "too_large", "metadata_too_large", "calls", "bytes",
    "connection_share", "queue"};

// Where a call was when its caller was found not to wait any more.
enum class CallStage : std::size_t { kAdmission, kQueue, kCompute };
inline constexpr std::array<std::string_view, 3> kCallStages = {"admission", "queue", "compute"};

// Why a caller does not wait any more.
enum class GivenUp : std::uint8_t { kNo, kDeadline, kCancelled };

// Thread-safe. Every family and child exists from the start.
class LoadMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit LoadMetrics(prometheus::Registry& registry);

  void SetThreads(std::size_t threads) { threads_.Set(static_cast<double>(threads)); }
  void AddBusy(int threads) { busy_.Increment(threads); }
  void SetQueued(std::size_t calls) { queued_.Set(static_cast<double>(calls)); }
  void SetBytes(std::uint64_t bytes) { bytes_.Set(static_cast<double>(bytes)); }
  // The value of a limit, so that a dashboard can draw it beside what it limits. `flag`: its name
  // without dashes in front, with underscores. Creates the child on first use.
  void SetLimit(const std::string& flag, double value) {
    limits_.Add({{"limit", flag}}).Set(value);
  }

  void Count(Rejection rejection);
  // `given_up` is not kNo.
  void Count(CallStage stage, GivenUp given_up);

 private:
  prometheus::Gauge& threads_;
  prometheus::Gauge& busy_;
  prometheus::Gauge& queued_;
  prometheus::Gauge& bytes_;
  prometheus::Family<prometheus::Gauge>& limits_;
  std::array<prometheus::Counter*, kRejections.size()> rejected_{};
  std::array<prometheus::Counter*, kCallStages.size()> expired_{};
  std::array<prometheus::Counter*, kCallStages.size()> cancelled_{};
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_LOAD_METRICS_H_
