// The loops of the table and the affine shape, for comparison with memcpy of the same bytes: groups
// of 8, 16 and 64 in 64 MiB, and in 32 KiB which stay in the first-level cache. "bytes" are those
// read plus those written. Rows that name an instruction set run on that one, the others on the
// best. Every row looks at what it wrote; a wrong answer is an error. `make bench` compares them in
// alternation.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/kernels/affine_groups.h"
#include "core/kernels/apply.h"
#include "core/kernels/table.h"
#include "core/kernels/target.h"
#include "core/methods/method_table.h"
#include "tests/bench/rewards.h"

namespace advantaged {
namespace {

constexpr std::size_t kInCache = 32 << 10;
constexpr std::size_t kInMemory = 64 << 20;
constexpr std::size_t kStretch = 2048;  // rewards, as core/engine/computation.cc takes them

// Made once: a benchmark is called several times.
const std::vector<float>& Rewards(std::size_t bytes, bool binary) {
  static std::map<std::pair<std::size_t, bool>, std::vector<float>> made;
  std::vector<float>& rewards = made[{bytes, binary}];
  if (rewards.empty()) rewards = MakeRewards(bytes / sizeof(float), binary);
  return rewards;
}

using Floats = std::span<const float>;

void CountBytes(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

// Runs `kernel(rewards, advantages)` over buffers of that many bytes, then asks
// `right(rewards, advantages)`.
template <typename Kernel, typename Right>
void Over(benchmark::State& state, std::size_t bytes, bool binary, Kernel kernel, Right right) {
  const std::vector<float>& rewards = Rewards(bytes, binary);
  std::vector<float> advantages(rewards.size());
  for (auto _ : state) {
    kernel(Floats(rewards), std::span<float>(advantages));
    benchmark::ClobberMemory();
  }
  CountBytes(state, 2 * bytes);
  if (!right(Floats(rewards), Floats(advantages))) state.SkipWithError("wrong answer");
}

void Memcpy(benchmark::State& state, std::size_t bytes) {
  Over(
      state, bytes, false,
      [](Floats from, std::span<float> to) {
        std::memcpy(to.data(), from.data(), from.size_bytes());
      },
      [](Floats from, Floats to) { return std::ranges::equal(from, to); });
}

// Table shape: count, look up and select.
void Table(benchmark::State& state, std::size_t bytes, std::uint32_t n) {
  std::vector<FloatPair> entries;
  for (std::uint32_t c = 0; c <= n; ++c) {
    entries.push_back({static_cast<float>(c), -static_cast<float>(c)});
  }
  const FloatPair* const table = entries.data();
  std::vector<std::uint32_t> counts(bytes / sizeof(float) / n);
  Over(
      state, bytes, true,
      [&](Floats rewards, std::span<float> advantages) {
        benchmark::DoNotOptimize(SelectByCount({rewards, n}, {&table, 1}, advantages, counts));
      },
      [&](Floats rewards, Floats advantages) {
        for (std::size_t at = 0; at < rewards.size(); at += n) {
          const Floats group = rewards.subspan(at, n);
          const FloatPair& pair =
              entries[static_cast<std::size_t>(std::ranges::count(group, 1.0F))];
          for (std::size_t i = 0; i < n; ++i) {
            if (advantages[at + i] != (group[i] == 1 ? pair.correct : pair.wrong)) return false;
          }
        }
        return true;
      });
}

// Table shape from a bitmap. Beside memcpy this reads little: 1/32 of its bytes.
void TableOfBits(benchmark::State& state, std::size_t bytes, std::uint32_t n) {
  constexpr std::uint8_t kByte = 0x35;
  const std::vector<FloatPair> entries(n + 1, {1, -1});
  const FloatPair* const table = entries.data();
  std::vector<std::uint32_t> counts(bytes / sizeof(float) / n);
  const std::vector<std::uint8_t> bits(bytes / sizeof(float) / 8, kByte);
  Over(
      state, bytes, true,
      [&](Floats /*unused*/, std::span<float> advantages) {
        SelectByCount({bits, 0}, {counts.size(), n}, {&table, 1}, advantages, counts);
      },
      [](Floats /*unused*/, Floats advantages) {
        for (std::size_t i = 0; i < advantages.size(); ++i) {
          if (advantages[i] != (((kByte >> (i % 8)) & 1) != 0 ? 1 : -1)) return false;
        }
        return true;
      });
}

// (r − mean)/sd as one would write it, to a few digits.
bool IsGrpo(Floats rewards, std::uint32_t n, Floats advantages) {
  for (std::size_t at = 0; at < rewards.size(); at += n) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = at; i < at + n; ++i) sum += rewards[i];
    for (std::size_t i = at; i < at + n; ++i) squares += std::pow(rewards[i] - sum / n, 2);
    const double sd = std::sqrt(squares / n);
    for (std::size_t i = at; i < at + n; ++i) {
      const double difference = advantages[i] - (rewards[i] - sum / n) / sd;
      if (!(std::abs(difference) <= 1e-5)) return false;
    }
  }
  return true;
}

// Affine shape, whole: scan, mean and spread, coefficients, apply; a stretch at a time, as batches
// are computed.
void Grpo(benchmark::State& state, std::size_t bytes, std::uint32_t n) {
  const AffineRule rule = FindMethod("grpo")->rule(Parameters{});
  AffineGroups affine;
  const std::size_t stretch = kStretch / n * n;
  Over(
      state, bytes / sizeof(float) / n * n * sizeof(float), false,
      [&](Floats rewards, std::span<float> advantages) {
        for (std::size_t at = 0; at < rewards.size(); at += stretch) {
          const std::size_t size = std::min(stretch, rewards.size() - at);
          const GroupPlaces groups(rewards.subspan(at, size), n);
          affine.LookAndApply(groups, rule, ConstantRule{}, advantages.subspan(at, size));
          benchmark::DoNotOptimize(affine.moments().count());
        }
      },
      [n](Floats rewards, Floats advantages) { return IsGrpo(rewards, n, advantages); });
}

void Finite(benchmark::State& state, std::size_t bytes) {
  Over(
      state, bytes, false,
      [](Floats values, std::span<float> /*unused*/) {
        benchmark::DoNotOptimize(FirstNonFinite(values));
      },
      [](Floats values, Floats /*unused*/) { return FirstNonFinite(values) == values.size(); });
  CountBytes(state, bytes);
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
    for (const std::uint32_t n : kSizes) {
      const std::string of = "/n=" + std::to_string(n) + size;
      Add("table" + of, Table, bytes, n);
      Add("table_of_bits" + of, TableOfBits, bytes, n);
      Add("grpo" + of, Grpo, bytes, n);
    }
    Add("first_non_finite" + size, Finite, bytes);
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
