#include "core/kernels/rank.h"

#include <algorithm>
#include <cstddef>

namespace advantaged {

std::vector<Ranked> SortAscending(std::span<const float> rewards) {
  std::vector<Ranked> sorted(rewards.size());
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    sorted[i] = {rewards[i], static_cast<std::uint32_t>(i)};
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const Ranked& a, const Ranked& b) { return a.reward < b.reward; });
  return sorted;
}

void ScatterByRank(std::span<const Ranked> sorted, std::span<const double> value_of_rank,
                   std::span<double> out) {
  double value = 0;
  for (std::size_t rank = sorted.size(); rank-- > 0;) {
    const bool last_of_ties =
        rank + 1 == sorted.size() || sorted[rank].reward != sorted[rank + 1].reward;
    if (last_of_ties) value = value_of_rank[rank];
    out[sorted[rank].index] = value;
  }
}

}  // namespace advantaged
