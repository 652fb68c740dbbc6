// Folds group reports into the numbers of `Summary`.
#ifndef ADVANTAGED_CORE_ENGINE_SUMMARY_H_
#define ADVANTAGED_CORE_ENGINE_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/engine/computation.h"
#include "core/kernels/magnitude.h"

namespace advantaged {

class SummaryBuilder {
 public:
  explicit SummaryBuilder(std::span<const std::uint32_t> pass_at);

  // `times` groups of which the report holds.
  void Add(const GroupReport& report, std::uint64_t times);
  void Add(std::span<const float> advantages);
  // One advantage that `times` responses got.
  void Add(float advantage, std::uint64_t times);
  // `responses` is the number of rows of the batch, masked ones included.
  Summary Build(std::size_t responses) const;

 private:
  Summary summary_;  // counts and plain sums until Build
  double success_rates_ = 0;
  std::vector<double> pass_at_k_;
  std::uint32_t no_signal_ = 0;
  // The first |A|. Magnitudes are added up less this one, so that the spread of near-equal values
  // survives.
  std::optional<double> origin_;
  MagnitudeSums sums_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_SUMMARY_H_
