// What one ComputeAdvantages call adds to the domain metrics. It watches the computation group by
// group and costs no lock; BatchMetrics::Commit publishes it, if the call succeeded.
#ifndef ADVANTAGED_SERVER_METRICS_BATCH_TALLY_H_
#define ADVANTAGED_SERVER_METRICS_BATCH_TALLY_H_

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/engine/computation.h"
#include "server/metrics/magnitude_tally.h"
#include "server/metrics/tally.h"

namespace advantaged {

// Label values, in the order of the arrays below.
inline constexpr std::array<std::string_view, 6> kOutcomes = {"empty",    "all_fail", "mixed",
                                                              "all_pass", "constant", "varied"};
inline constexpr std::array<std::string_view, 6> kDegenerateReasons = {
    "all_fail", "all_pass", "constant", "empty", "small", "suspicious"};
inline constexpr std::array<std::string_view, 2> kBounds = {"low", "high"};
inline constexpr std::array<std::string_view, 2> kSides = {"correct", "wrong"};
inline constexpr std::array<std::string_view, 2> kSigns = {"positive", "negative"};
// K comes from requests, so only these have a label of their own; the rest share the last.
inline constexpr std::array<std::string_view, 12> kPassAtLabels = {
    "1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024", "other"};

// Index into kPassAtLabels.
std::size_t PassAtLabel(std::uint32_t k);

class BatchTally final : public GroupObserver {
 public:
  // `pass_at`: the K of the request, in its order.
  explicit BatchTally(std::span<const std::uint32_t> pass_at);

  void OnGroup(const GroupReport& report, std::uint64_t times) override;
  void OnAdvantages(std::span<const float> advantages) override;
  void OnAdvantage(float advantage, std::uint64_t times) override;
  void OnClipped(std::uint64_t low, std::uint64_t high) override { clipped = {low, high}; }

  struct PassAtK {
    std::size_t label;  // index into kPassAtLabels
    std::uint64_t groups = 0;
    Tally values{kRateEdges};
  };
  // Σ (1/n) Σ |A_i|, by bucket of ρ̂, side and sign.
  using MassBySideAndSign = std::array<std::array<double, kSigns.size()>, kSides.size()>;

  std::uint64_t responses = 0;
  std::array<std::uint64_t, kOutcomes.size()> outcomes{};
  std::array<std::uint64_t, kDegenerateReasons.size()> degenerate{};
  std::uint64_t incomplete = 0;  // groups
  std::array<std::uint64_t, kBounds.size()> clipped{};
  std::vector<PassAtK> pass_at_k;  // of each K of the request
  std::array<MassBySideAndSign, kRateEdges.size()> mass{};
  Tally group_size{kGroupSizeEdges};
  MagnitudeTally magnitude;
  Tally success_rate{kRateEdges};
  std::array<Tally, kSides.size()> weight{Tally(kWeightEdges), Tally(kWeightEdges)};

 private:
  void CountDegenerate(const GroupStatistics& statistics, std::uint64_t times);
  void AddOutcomes(const GroupReport& report, std::uint64_t times);
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_BATCH_TALLY_H_
