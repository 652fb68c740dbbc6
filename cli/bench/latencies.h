// Times of calls in a few numbers.
#ifndef ADVANTAGED_CLI_BENCH_LATENCIES_H_
#define ADVANTAGED_CLI_BENCH_LATENCIES_H_

#include <cstdint>
#include <vector>

namespace advantaged::cli {

// In microseconds. All 0 if there were no calls.
struct Latencies {
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  double p999 = 0;
  double max = 0;
};

// Exact percentiles: the smallest of the times that at least this share of the calls did not
// exceed. So p999 of fewer than a thousand calls is the slowest.
Latencies Summarize(std::vector<std::uint64_t> nanoseconds);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_BENCH_LATENCIES_H_
