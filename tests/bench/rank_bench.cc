// max@K beside the same formula after std::sort, as one would write it: groups of 16, 256 and 65536
// in a million rewards, since a branch predictor learns the order of a few thousand by heart. Items
// are rewards.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "core/failure.h"
#include "core/kernels/rank.h"
#include "core/method_table.h"
#include "tests/bench/rewards.h"

namespace advantaged {
namespace {

constexpr std::uint32_t kK = 4;

// The formula of core/methods/max_at_k.cc, plain and reduced.
void Plainly(std::span<const float> rewards, std::span<double> advantages) {
  std::vector<Ranked> sorted(rewards.size());
  for (std::uint32_t i = 0; i < rewards.size(); ++i) sorted[i] = {rewards[i], i};
  std::sort(sorted.begin(), sorted.end(),
            [](const Ranked& a, const Ranked& b) { return a.reward < b.reward; });
  std::vector<double> w = FailureLadder(static_cast<std::uint32_t>(rewards.size()), kK);
  w.pop_back();
  std::reverse(w.begin(), w.end());
  std::vector<double> value(sorted.size());
  CarriedSum above;
  for (std::size_t rank = sorted.size(); rank-- > 0;) {
    const auto reward = static_cast<double>(sorted[rank].reward);
    CarriedSum sum = above;
    sum.Add(w[rank] * reward);
    value[rank] = sum.Value();
    if (rank > 0) above.Add(w[rank] * ((kK - 1) / static_cast<double>(rank)) * reward);
  }
  ScatterByRank(sorted, value, advantages);
}

template <typename Kernel>
void Groups(benchmark::State& state, Kernel kernel) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const std::vector<float> rewards = MakeRewards(std::size_t{1} << 20, false);
  std::vector<double> advantages(n);
  for (auto _ : state) {
    for (std::size_t at = 0; at < rewards.size(); at += n) {
      kernel(std::span(rewards).subspan(at, n), std::span(advantages));
      benchmark::ClobberMemory();
    }
  }
  std::vector<double> expected(n);
  Plainly(std::span(rewards).last(n), expected);  // the last group is what `advantages` holds
  for (std::size_t i = 0; i < n; ++i) {
    if (!(std::abs(advantages[i] - expected[i]) <= 1e-12)) state.SkipWithError("wrong answer");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rewards.size()));
}

void MaxAtK(benchmark::State& state) {
  const MethodRow& row = *FindMethod("max_at_k");
  Parameters parameters{};
  parameters.k = kK;
  RankMemory memory;
  Groups(state, [&](std::span<const float> rewards, std::span<double> advantages) {
    row.rank(rewards, parameters, memory, advantages);
  });
}

void MaxAtKAfterStdSort(benchmark::State& state) { Groups(state, Plainly); }

BENCHMARK(MaxAtK)->Name("max_at_k")->Arg(16)->Arg(256)->Arg(65536);
BENCHMARK(MaxAtKAfterStdSort)->Name("std_sort")->Arg(16)->Arg(256)->Arg(65536);

}  // namespace
}  // namespace advantaged
