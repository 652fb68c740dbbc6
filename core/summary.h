// Folds group reports into the numbers of `Summary`.
#ifndef ADVANTAGED_CORE_SUMMARY_H_
#define ADVANTAGED_CORE_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/computation.h"

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
  // Sums of |A| and its square, both less the first |A|: so the spread of near-equal values
  // survives.
  std::optional<double> origin_;
  double shifted_ = 0;
  double shifted_squares_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SUMMARY_H_
