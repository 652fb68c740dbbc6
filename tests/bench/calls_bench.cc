// Whole in-process calls: what a response costs in batches from 64 to 16 Mi and in groups from 2 to
// 65536, one method of each shape; and groups by id, in order and shuffled. Items are responses.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "advantaged/advantaged.h"
#include "tests/bench/rewards.h"

namespace advantaged {
namespace {

constexpr std::uint32_t kBatch = 1U << 20;
constexpr std::uint32_t kIdGroup = 8;

const std::vector<float>& Rewards(std::size_t size, bool binary) {
  static std::map<bool, std::vector<float>> made;
  std::vector<float>& rewards = made[binary];
  if (rewards.size() < size) rewards = MakeRewards(size, binary);
  return rewards;
}

// GRPO and its kin are zero-mean in each group, so the sum tells a wrong answer; max@K is not, and
// positive for rewards that are.
bool Plausible(const Result& result, bool zero_mean) {
  if (!result.ok() || result.summary.no_signal_share == 1) return false;
  const double sum = std::accumulate(result.advantages.begin(), result.advantages.end(), 0.0);
  const double limit = 1e-5 * static_cast<double>(result.advantages.size());
  return zero_mean ? std::abs(sum) <= limit : sum > limit;
}

void Run(benchmark::State& state, const Request& request, bool zero_mean) {
  for (auto _ : state) benchmark::DoNotOptimize(Compute(request));
  if (!Plausible(Compute(request), zero_mean)) state.SkipWithError("wrong answer");
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(request.batch.rewards.size()));
}

struct Shape {
  const char* name;
  MethodSpec method;
  bool binary;
  bool zero_mean;
};

const std::vector<Shape>& Shapes() {
  static const std::vector<Shape> kShapes = {
      {"table", {"grpo", {}}, true, true},
      {"affine", {"grpo", {}}, false, true},
      {"rank", {"max_at_k", {{"k", std::int64_t{2}}}}, false, false},
  };
  return kShapes;
}

void Call(benchmark::State& state, const Shape& shape, std::uint32_t responses, std::uint32_t n) {
  Request request{.method = shape.method, .batch = {}, .options = {}};
  request.batch.rewards = std::span(Rewards(responses, shape.binary)).first(responses);
  request.batch.group_size = n;
  Run(state, request, shape.zero_mean);
}

void Ids(benchmark::State& state, bool shuffled) {
  std::vector<std::uint32_t> ids(kBatch);
  for (std::uint32_t i = 0; i < kBatch; ++i) ids[i] = i / kIdGroup;
  if (shuffled) std::shuffle(ids.begin(), ids.end(), std::mt19937(2));
  Request request{.method = {"grpo", {}}, .batch = {}, .options = {}};
  request.batch.rewards = std::span(Rewards(kBatch, false)).first(kBatch);
  request.batch.group_ids = ids;
  Run(state, request, true);
}

const bool kRegistered = [] {
  benchmark::RegisterBenchmark("ids/in_order", Ids, false);
  benchmark::RegisterBenchmark("ids/shuffled", Ids, true);
  for (const Shape& shape : Shapes()) {
    const std::string name = std::string("growth/") + shape.name;
    for (std::uint32_t responses = 64; responses <= kMaxResponses; responses *= 4) {
      benchmark::RegisterBenchmark((name + "/batch/" + std::to_string(responses)).c_str(), Call,
                                   shape, responses, 16);
    }
    for (std::uint32_t n = 2; n <= 65536; n *= 2) {
      benchmark::RegisterBenchmark((name + "/group/" + std::to_string(n)).c_str(), Call, shape,
                                   kBatch, n);
    }
  }
  return true;
}();

}  // namespace
}  // namespace advantaged
