// The loops of the three shapes beside memcpy of the same bytes: groups of 16 in 64 MiB, and in 32
// KiB which stay in the first-level cache. "bytes" are those read plus those written; compare GB/s
// with memcpy's of the same size.
//
//   make bench
#include <benchmark/benchmark.h>

#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/kernels/apply.h"
#include "core/kernels/moments.h"
#include "core/kernels/rank.h"

namespace advantaged {
namespace {

constexpr std::size_t kGroup = 16;

std::vector<float> Rewards(std::size_t bytes, bool binary) {
  std::mt19937 generator(1);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<float> rewards(bytes / sizeof(float));
  for (float& reward : rewards) {
    const float u = uniform(generator);
    reward = binary ? static_cast<float>(u < 0.5F) : u;
  }
  return rewards;
}

// Runs `kernel(rewards of a group, its advantages)` over all groups of a buffer of state.range(0)
// bytes.
template <typename Kernel>
void OverGroups(benchmark::State& state, bool binary, Kernel kernel) {
  const std::vector<float> rewards = Rewards(static_cast<std::size_t>(state.range(0)), binary);
  std::vector<float> advantages(rewards.size());
  for (auto _ : state) {
    for (std::size_t begin = 0; begin + kGroup <= rewards.size(); begin += kGroup) {
      kernel(std::span(rewards).subspan(begin, kGroup),
             std::span(advantages).subspan(begin, kGroup));
    }
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0) * 2);
}

void Memcpy(benchmark::State& state) {
  const std::vector<float> from = Rewards(static_cast<std::size_t>(state.range(0)), false);
  std::vector<float> to(from.size());
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size() * sizeof(float));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0) * 2);
}

void Scan(benchmark::State& state) {
  OverGroups(state, true, [](std::span<const float> rewards, std::span<float> /*unused*/) {
    benchmark::DoNotOptimize(ScanRewards(rewards));
  });
}

// Table shape: count and select.
void TableKernel(benchmark::State& state) {
  OverGroups(state, true, [](std::span<const float> rewards, std::span<float> advantages) {
    const auto ones = static_cast<float>(ScanRewards(rewards).ones);
    SelectByReward(rewards, ones, -ones, advantages);
  });
}

// Affine shape: scan, mean and spread, apply.
void AffineKernel(benchmark::State& state) {
  OverGroups(state, false, [](std::span<const float> rewards, std::span<float> advantages) {
    benchmark::DoNotOptimize(ScanRewards(rewards));
    const Moments m = ComputeMoments(rewards);
    ApplyAffine(rewards, m.centred_squares, m.mean, m.residual, advantages);
  });
}

// Rank shape: the sort, which dominates it.
void RankKernel(benchmark::State& state) {
  OverGroups(state, false, [](std::span<const float> rewards, std::span<float> /*unused*/) {
    benchmark::DoNotOptimize(SortAscending(rewards));
  });
}

// A whole in-process call.
void Call(benchmark::State& state, MethodSpec method, bool binary) {
  const std::vector<float> rewards = Rewards(static_cast<std::size_t>(state.range(0)), binary);
  Request request{.method = std::move(method), .batch = {}, .options = {}};
  request.batch.rewards = rewards;
  request.batch.group_size = kGroup;
  for (auto _ : state) benchmark::DoNotOptimize(Compute(request));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0) * 2);
}

void ComputeTable(benchmark::State& state) { Call(state, {"pass_at_k_grpo", {{"k", 4}}}, true); }
void ComputeAffine(benchmark::State& state) { Call(state, {"grpo", {}}, false); }
void ComputeRank(benchmark::State& state) { Call(state, {"max_at_k", {{"k", 4}}}, false); }

constexpr std::int64_t kInCache = 32 << 10;
constexpr std::int64_t kInMemory = 64 << 20;

BENCHMARK(Memcpy)->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(Memcpy)->Name("Memcpy (again: A/A)")->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(Scan)->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(TableKernel)->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(AffineKernel)->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(RankKernel)->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(ComputeTable)->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(ComputeAffine)->Arg(kInCache)->Arg(kInMemory);
BENCHMARK(ComputeRank)->Arg(kInCache)->Arg(kInMemory);

}  // namespace
}  // namespace advantaged
