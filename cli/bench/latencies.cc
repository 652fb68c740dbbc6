#include "cli/bench/latencies.h"

#include <algorithm>
#include <numeric>

namespace advantaged::cli {

Latencies Summarize(std::vector<std::uint64_t> nanoseconds) {
  if (nanoseconds.empty()) return {};
  std::ranges::sort(nanoseconds);
  const std::size_t calls = nanoseconds.size();
  // In thousandths, so that the rank is exact.
  const auto percentile = [&](std::size_t thousandths) {
    const std::size_t rank = (thousandths * calls + 999) / 1000;
    return static_cast<double>(nanoseconds[rank - 1]) * 1e-3;
  };
  const double sum = std::accumulate(nanoseconds.begin(), nanoseconds.end(), 0.0);
  return {.mean = sum / static_cast<double>(calls) * 1e-3,
          .p50 = percentile(500),
          .p90 = percentile(900),
          .p99 = percentile(990),
          .p999 = percentile(999),
          .max = percentile(1000)};
}

}  // namespace advantaged::cli
