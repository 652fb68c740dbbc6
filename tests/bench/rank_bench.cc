// max@K beside the same formula after std::sort, as one would write it: groups of 16, 256 and 65536
// in a million rewards, since a branch predictor learns the order of a few thousand by heart. Items
// are rewards.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "core/kernels/rank.h"
#include "core/methods/failure.h"
#include "core/methods/method_table.h"
#include "tests/bench/rewards.h"

namespace advantaged {
namespace {

constexpr std::uint32_t kK = 4;
constexpr std::size_t kStretch = 2048;  // of core/engine/computation.cc

struct Standing {
  float reward;
  std::uint32_t index;
};

// The formula of core/methods/max_at_k.cc, plain and reduced, for one group.
void Plainly(std::span<const float> rewards, std::span<double> advantages) {
  std::vector<Standing> sorted(rewards.size());
  for (std::uint32_t i = 0; i < rewards.size(); ++i) sorted[i] = {rewards[i], i};
  std::sort(sorted.begin(), sorted.end(),
            [](const Standing& a, const Standing& b) { return a.reward < b.reward; });
  std::vector<double> w = FailureLadder(static_cast<std::uint32_t>(rewards.size()), kK);
  w.pop_back();
  std::reverse(w.begin(), w.end());
  CarriedSum above;
  double value = 0;
  for (std::size_t rank = sorted.size(); rank-- > 0;) {
    const auto reward = static_cast<double>(sorted[rank].reward);
    if (rank + 1 == sorted.size() || sorted[rank].reward != sorted[rank + 1].reward) {
      CarriedSum sum = above;
      sum.Add(w[rank] * reward);
      value = sum.Value();
    }
    advantages[sorted[rank].index] = value;
    if (rank > 0) above.Add(w[rank] * ((kK - 1) / static_cast<double>(rank)) * reward);
  }
}

// `kernel` takes groups of one size, a stretch at a time, as core/engine/computation.cc reads them.
template <typename Kernel>
void Groups(benchmark::State& state, Kernel kernel) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const std::vector<float> rewards = MakeRewards(std::size_t{1} << 20, false);
  const std::size_t stretch = std::max(n, kStretch);
  std::vector<double> advantages(stretch);
  for (auto _ : state) {
    for (std::size_t at = 0; at < rewards.size(); at += stretch) {
      kernel(GroupPlaces(std::span(rewards).subspan(at, stretch), n), std::span(advantages));
      benchmark::ClobberMemory();
    }
  }
  std::vector<double> expected(n);
  for (std::size_t at = 0; at < stretch; at += n) {  // the last one, which `advantages` holds
    Plainly(std::span(rewards).last(stretch).subspan(at, n), expected);
    for (std::size_t i = 0; i < n; ++i) {
      if (!(std::abs(advantages[at + i] - expected[i]) <= 1e-12)) {
        state.SkipWithError("wrong answer");
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rewards.size()));
}

void MaxAtK(benchmark::State& state) {
  const MethodRow& row = *FindMethod("max_at_k");
  Parameters parameters{};
  parameters.k = kK;
  RankMemory memory;
  Groups(state, [&](const GroupPlaces& groups, std::span<double> advantages) {
    row.rank(groups, parameters, memory, advantages);
  });
}

void MaxAtKAfterStdSort(benchmark::State& state) {
  Groups(state, [](const GroupPlaces& groups, std::span<double> advantages) {
    for (std::size_t g = 0; g < groups.count(); ++g) {
      Plainly(groups.rewards(g), advantages.subspan(groups.offset(g), groups.size(g)));
    }
  });
}

BENCHMARK(MaxAtK)->Name("max_at_k")->Arg(16)->Arg(256)->Arg(65536);
BENCHMARK(MaxAtKAfterStdSort)->Name("std_sort")->Arg(16)->Arg(256)->Arg(65536);

}  // namespace
}  // namespace advantaged
