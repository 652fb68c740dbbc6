// Prints the numerics version, a hash of some doubles of the mathematics library, and for each
// method one of its float32 bits over a lattice of groups. lattice_bits.py compares them between
// variants of that library.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/lattice.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

// FNV-1a.
class Hash {
 public:
  void Add(std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) {
      hash_ = (hash_ ^ ((word >> (8 * byte)) & 0xFF)) * 0x100000001b3;
    }
  }
  void Add(const Result& result) {
    Add(result.violations.count());
    for (const float a : result.advantages) Add(std::uint64_t{std::bit_cast<std::uint32_t>(a)});
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

using Hashes = std::map<std::string_view, Hash>;

// Parameters that the table does not try.
std::vector<MethodSpec> MoreSpecs() {
  std::vector<MethodSpec> specs;
  for (const double lambda : {0.1, 0.5, 1.0, 1.75, 2.0, 3.0, 10.0}) {
    specs.push_back({"entropy_regularized", {{"entropy_coefficient", lambda}}});
  }
  for (const double gamma : {0.5, 1.5, 3.25, 7.0}) {
    for (const char* base : {"reinforce", "rloo", "grpo", "dr_grpo"}) {
      specs.push_back({"focal", {{"gamma", gamma}, {"base", std::string(base)}}});
    }
  }
  return specs;
}

// Every c of n; every K up to n = 64, a few above.
void AddLattice(Hashes& hashes, int n) {
  Call every = EveryCount(n);
  std::vector<MethodSpec> specs = EverySpec(n);
  std::ranges::move(MoreSpecs(), std::back_inserter(specs));
  for (const MethodSpec& spec : specs) {
    const MethodRow& row = *FindMethod(spec.name);
    if (row.needs_lengths) continue;
    every.method = spec;
    const auto k = spec.parameters.find("k");
    if (n > 64 || k == spec.parameters.end()) {
      hashes[row.name].Add(every.Run());
    } else if (std::get<std::int64_t>(k->second) == 1) {
      for (int all = 1; all <= n; ++all) {
        every.method.parameters["k"] = Whole(all);
        hashes[row.name].Add(every.Run());
      }
    }
  }
}

// Real rewards. Only the bits of the generator, whose distributions the standard leaves open.
void AddRewards(Hashes& hashes, std::mt19937& random, std::size_t n) {
  Floats rewards;
  Uints lengths;
  std::vector<int> outcomes;
  for (std::size_t i = 0; i < n; ++i) {
    rewards.push_back(static_cast<float>(random()) * 0x1p-32F - 0.25F);
    lengths.push_back(static_cast<std::uint32_t>(random() % 4096 + 1));
    outcomes.push_back(static_cast<int>(random() % 2));
  }
  for (const MethodSpec& spec : EverySpec(static_cast<int>(n))) {
    Call call = CallFor(spec, rewards);
    if (!call.lengths.empty()) call.lengths = lengths;
    if (!WorksOnRewards(spec)) call.outcomes = Bitmap(outcomes);
    call.options.shape_rewards = ShapesRewards(spec);
    hashes[FindMethod(spec.name)->name].Add(call.Run());
  }
}

std::uint64_t HashOfLibrary() {
  Hash hash;
  for (int i = 1; i < 20000; ++i) {
    volatile double x = i * 0.37;
    for (const double y : {std::log(x), std::pow(x * 1e-4, 2.7), std::exp(-x * 1e-3)}) {
      hash.Add(std::bit_cast<std::uint64_t>(y));
    }
  }
  return hash.value();
}

void Print() {
  Hashes hashes;
  for (int n = 2; n <= 64; ++n) AddLattice(hashes, n);
  for (const int n : LargeSizes()) AddLattice(hashes, n);
  std::mt19937 random(1);
  for (const std::size_t n : {3U, 8U, 17U, 100U, 1000U, 4097U}) AddRewards(hashes, random, n);
  std::printf("version %u\nlibrary %016llx\n", kNumericsVersion,
              static_cast<unsigned long long>(HashOfLibrary()));
  for (const MethodRow* row : MethodTable()) {
    std::printf("%s %016llx\n", std::string(row->name).c_str(),
                static_cast<unsigned long long>(hashes[row->name].value()));
  }
}

}  // namespace
}  // namespace advantaged::testing

int main() { advantaged::testing::Print(); }
