// Whole in-process calls: what a response costs in batches from 64 to 16 Mi and in groups from 2 to
// 65536, one method of each shape; and the forms in which groups can be sent: of one size, of
// several, with a mask, by id in order and shuffled. Items are valid responses.
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

// The same rewards in each form in which groups can be sent. A tenth of the responses is masked at
// random; `group_sizes` are the groups without these.
enum class Form { kSize, kSizes, kMasked, kIds, kShuffledIds };

void CallInForm(benchmark::State& state, bool binary, Form form) {
  Request request{.method = {"grpo", {}}, .batch = {}, .options = {}};
  Batch& batch = request.batch;
  batch.rewards = std::span(Rewards(kBatch, binary)).first(kBatch);
  std::mt19937 random(2);
  std::vector<std::uint8_t> valid(kBatch / 8);
  std::vector<float> kept;
  std::vector<std::uint32_t> sizes(kBatch / kIdGroup);
  for (std::uint32_t i = 0; i < kBatch; ++i) {
    // The first two of each group stay: none is smaller than the method needs.
    if (i % kIdGroup >= 2 && random() % 10 == 0) continue;
    valid[i / 8] |= static_cast<std::uint8_t>(1U << (i % 8));
    kept.push_back(batch.rewards[i]);
    ++sizes[i / kIdGroup];
  }
  std::vector<std::uint32_t> ids(kBatch);
  for (std::uint32_t i = 0; i < kBatch; ++i) ids[i] = i / kIdGroup;
  if (form == Form::kShuffledIds) std::shuffle(ids.begin(), ids.end(), random);
  switch (form) {
    case Form::kMasked:
      batch.valid = {valid};
      [[fallthrough]];
    case Form::kSize:
      batch.group_size = kIdGroup;
      break;
    case Form::kSizes:
      batch.rewards = kept;
      batch.group_sizes = sizes;
      break;
    case Form::kIds:
    case Form::kShuffledIds:
      batch.group_ids = ids;
      break;
  }
  Run(state, request, true);
  if (form == Form::kMasked) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kept.size()));
  }
}

const bool kRegistered = [] {
  constexpr std::pair<const char*, Form> kForms[] = {{"group_size", Form::kSize},
                                                     {"group_sizes", Form::kSizes},
                                                     {"masked", Form::kMasked},
                                                     {"ids_in_order", Form::kIds},
                                                     {"ids_shuffled", Form::kShuffledIds}};
  for (const bool binary : {true, false}) {
    for (const auto& [name, form] : kForms) {
      const std::string kind = binary ? "form/binary/" : "form/real/";
      benchmark::RegisterBenchmark((kind + name).c_str(), CallInForm, binary, form);
    }
  }
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
