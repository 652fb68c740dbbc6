#include "core/batch/dense_ids.h"

#include <algorithm>
#include <limits>

namespace advantaged {
namespace {

// `keys[i]` < `bound` for every i.
DenseIds DensifySmall(std::span<const std::uint32_t> keys, std::size_t bound) {
  constexpr std::uint32_t kUnseen = std::numeric_limits<std::uint32_t>::max();
  DenseIds dense;
  dense.places.resize(keys.size());
  std::vector<std::uint32_t> place_of(bound, kUnseen);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::uint32_t& place = place_of[keys[i]];
    if (place == kUnseen) {
      place = static_cast<std::uint32_t>(dense.distinct.size());
      dense.distinct.push_back(keys[i]);
      dense.counts.push_back(0);
    }
    dense.places[i] = place;
    ++dense.counts[place];
  }
  return dense;
}

}  // namespace

DenseIds Densify(std::span<const std::uint32_t> ids) {
  if (ids.empty()) return {};
  const std::size_t bound = std::size_t{*std::ranges::max_element(ids)} + 1;
  if (bound <= 4 * ids.size() + 1024) return DensifySmall(ids, bound);
  // Ids with their indices behind them, in one word: sorted, equal ids stand side by side.
  std::vector<std::uint64_t> sorted;
  sorted.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) sorted.push_back(std::uint64_t{ids[i]} << 32 | i);
  std::ranges::sort(sorted);
  std::vector<std::uint32_t> distinct;
  std::vector<std::uint32_t> ranks(ids.size());
  for (const std::uint64_t word : sorted) {
    const auto id = static_cast<std::uint32_t>(word >> 32);
    if (distinct.empty() || distinct.back() != id) distinct.push_back(id);
    ranks[static_cast<std::uint32_t>(word)] = static_cast<std::uint32_t>(distinct.size() - 1);
  }
  DenseIds dense = DensifySmall(ranks, distinct.size());
  for (std::uint32_t& id : dense.distinct) id = distinct[id];
  return dense;
}

}  // namespace advantaged
