// The rewards that benchmarks run on.
#ifndef ADVANTAGED_TESTS_BENCH_REWARDS_H_
#define ADVANTAGED_TESTS_BENCH_REWARDS_H_

#include <cstddef>
#include <random>
#include <vector>

namespace advantaged {

// The same in every program: uniform in [0, 1), or, `binary`, 0 and 1, each as likely.
inline std::vector<float> MakeRewards(std::size_t size, bool binary) {
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<float> rewards(size);
  for (float& reward : rewards) {
    const float u = uniform(generator);
    reward = binary ? static_cast<float>(u < 0.5F) : u;
  }
  return rewards;
}

}  // namespace advantaged

#endif  // ADVANTAGED_TESTS_BENCH_REWARDS_H_
