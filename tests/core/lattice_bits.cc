// Prints a hash of the float32 bits of every method over a lattice of groups, and one of some
// doubles of the mathematics library. lattice_bits.py compares them between variants of that
// library.

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
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

std::vector<MethodSpec> Specs(int n) {
  std::vector<MethodSpec> specs;
  for (const MethodSpec& spec : EverySpec(n)) {
    if (!FindMethod(spec.name)->needs_lengths) specs.push_back(spec);
  }
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
void AddLattice(Hash& hash, int n) {
  Call every = EveryCount(n);
  for (const MethodSpec& spec : Specs(n)) {
    every.method = spec;
    const auto k = spec.parameters.find("k");
    if (n > 64 || k == spec.parameters.end()) {
      hash.Add(every.Run());
    } else if (std::get<std::int64_t>(k->second) == 1) {
      for (int all = 1; all <= n; ++all) {
        every.method.parameters["k"] = Whole(all);
        hash.Add(every.Run());
      }
    }
  }
}

// Real rewards. Only the bits of the generator, whose distributions the standard leaves open.
void AddRewards(Hash& hash, std::mt19937& random, std::size_t n) {
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
    hash.Add(call.Run());
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
  Hash hash;
  for (int n = 2; n <= 64; ++n) AddLattice(hash, n);
  for (const int n : LargeSizes()) AddLattice(hash, n);
  std::mt19937 random(1);
  for (const std::size_t n : {3U, 8U, 17U, 100U, 1000U, 4097U}) AddRewards(hash, random, n);
  std::printf("version %u\nfloat32 %016llx\nlibrary %016llx\n", kNumericsVersion,
              static_cast<unsigned long long>(hash.value()),
              static_cast<unsigned long long>(HashOfLibrary()));
}

}  // namespace
}  // namespace advantaged::testing

int main() { advantaged::testing::Print(); }
