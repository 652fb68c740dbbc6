// The loops of the three shapes beside memcpy of the same bytes: groups of 8, 16 and 64 in 64 MiB,
// and in 32 KiB which stay in the first-level cache. "bytes" are those read plus those written;
// compare GB/s with memcpy's of the same size. Rows that name an instruction set run on that one,
// the others on the best. Each baseline is measured twice: what its two rows differ by is noise.
//
//   make bench
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/kernels/apply.h"
#include "core/kernels/moments.h"
#include "core/kernels/table.h"
#include "core/kernels/target.h"
#include "core/method_table.h"

namespace advantaged {
namespace {

constexpr std::size_t kInCache = 32 << 10;
constexpr std::size_t kInMemory = 64 << 20;
constexpr std::size_t kChunk = 8 << 10;  // rewards that stay in the cache between the passes

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

// Runs `kernel(rewards, advantages)` over buffers of that many bytes.
template <typename Kernel>
void Over(benchmark::State& state, std::size_t bytes, bool binary, Kernel kernel) {
  const std::vector<float> rewards = Rewards(bytes, binary);
  std::vector<float> advantages(rewards.size());
  for (auto _ : state) {
    kernel(std::span<const float>(rewards), std::span<float>(advantages));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(2 * bytes));
}

void Memcpy(benchmark::State& state, std::size_t bytes) {
  Over(state, bytes, false, [](std::span<const float> from, std::span<float> to) {
    std::memcpy(to.data(), from.data(), from.size_bytes());
  });
}

// Table shape: count, look up and select.
void Table(benchmark::State& state, std::size_t bytes, std::uint32_t n) {
  std::vector<FloatPair> entries;
  for (std::uint32_t c = 0; c <= n; ++c) {
    entries.push_back({static_cast<float>(c), -static_cast<float>(c)});
  }
  std::vector<std::uint32_t> counts(bytes / sizeof(float) / n);
  Over(state, bytes, true, [&](std::span<const float> rewards, std::span<float> advantages) {
    benchmark::DoNotOptimize(SelectFromTable(rewards, n, entries, advantages, counts));
  });
}

// Table shape from a bitmap. Beside memcpy this reads little: 1/32 of its bytes.
void TableOfBits(benchmark::State& state, std::size_t bytes, std::uint32_t n) {
  const std::vector<FloatPair> entries(n + 1, {1, -1});
  std::vector<std::uint32_t> counts(bytes / sizeof(float) / n);
  const std::vector<std::uint8_t> bits(bytes / sizeof(float) / 8, 0x35);
  Over(state, bytes, true, [&](std::span<const float> /*unused*/, std::span<float> advantages) {
    SelectFromBits(bits, 0, n, entries, advantages, counts);
  });
}

// Affine shape, whole: scan, mean and spread, coefficients, apply. A chunk at a time, so that the
// passes read memory once.
void Grpo(benchmark::State& state, std::size_t bytes, std::uint32_t n) {
  const MethodRow& row = *FindMethod("grpo");
  const Parameters parameters{};
  GroupMoments moments;
  std::vector<Affine> affine(kChunk / n);
  Over(state, bytes, false, [&](std::span<const float> rewards, std::span<float> advantages) {
    for (std::size_t at = 0; at < rewards.size(); at += kChunk) {
      const std::size_t size = std::min(kChunk, rewards.size() - at);
      const std::span<const float> chunk = rewards.subspan(at, size);
      moments.Compute(chunk, n);
      for (std::size_t g = 0; g < moments.count(); ++g) {
        const RewardScan scan = moments.Scan(g);
        affine[g] = scan.minimum == scan.maximum
                        ? Affine{0, 0, 0}
                        : row.affine({chunk.subspan(g * n, n), {}, moments.Of(g)}, parameters);
      }
      ApplyGroups(chunk, n, std::span(affine).first(moments.count()), advantages.subspan(at, size));
    }
  });
}

void Finite(benchmark::State& state, std::size_t bytes) {
  Over(state, bytes, false, [](std::span<const float> values, std::span<float> /*unused*/) {
    benchmark::DoNotOptimize(FirstNonFinite(values));
  });
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

// A whole in-process call.
void Call(benchmark::State& state, MethodSpec method, std::size_t bytes, bool binary) {
  const std::vector<float> rewards = Rewards(bytes, binary);
  Request request{.method = std::move(method), .batch = {}, .options = {}};
  request.batch.rewards = rewards;
  request.batch.group_size = 16;
  for (auto _ : state) benchmark::DoNotOptimize(Compute(request));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(2 * bytes));
}

template <typename Function, typename... Arguments>
void Add(const std::string& name, Function function, Arguments... arguments) {
  benchmark::RegisterBenchmark(name.c_str(), function, arguments...);
}

// On one instruction set. Benchmarks run one at a time.
template <typename Function>
void AddOn(std::string_view target, const std::string& name, Function function, std::uint32_t n) {
  Add(name + "/" + std::string(target), [=](benchmark::State& state) {
    UseKernelTarget(target);
    function(state, kInCache, n);
    UseBestKernelTarget();
  });
}

const bool kRegistered = [] {
  constexpr std::uint32_t kSizes[] = {8, 16, 64};
  for (const std::size_t bytes : {kInCache, kInMemory}) {
    const std::string size = bytes == kInCache ? "/32KiB" : "/64MiB";
    Add("memcpy" + size, Memcpy, bytes);
    Add("memcpy" + size + "/again", Memcpy, bytes);
    for (const std::uint32_t n : kSizes) {
      const std::string of = "/n=" + std::to_string(n) + size;
      Add("table" + of, Table, bytes, n);
      Add("table_of_bits" + of, TableOfBits, bytes, n);
      Add("grpo" + of, Grpo, bytes, n);
    }
    Add("first_non_finite" + size, Finite, bytes);
    Add("compute pass_at_k_grpo/n=16" + size, Call, MethodSpec{"pass_at_k_grpo", {{"k", 4}}}, bytes,
        true);
    Add("compute grpo/n=16" + size, Call, MethodSpec{"grpo", {}}, bytes, false);
  }
  for (const std::uint32_t n : {2U, 4U, 7U, 8U, 16U, 64U}) {
    for (const std::string_view target : KernelTargets()) {
      AddOn(target, "table/n=" + std::to_string(n) + "/32KiB", Table, n);
      AddOn(target, "grpo/n=" + std::to_string(n) + "/32KiB", Grpo, n);
    }
  }
  return true;
}();

}  // namespace
}  // namespace advantaged
