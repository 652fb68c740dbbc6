#include "core/kernels/self_test.h"

#include <bit>
#include <cstdio>
#include <limits>
#include <vector>

#include "advantaged/advantaged.h"
#include "base/text.h"
#include "core/kernels/apply.h"
#include "core/kernels/exact_sum.h"
#include "core/kernels/lane_sum.h"
#include "core/kernels/target.h"

namespace advantaged {
namespace {

using Floats = std::vector<float>;

// Lengths that fill vectors of every width and leave a tail; several blocks and a tail.
constexpr std::size_t kShort = 21;
constexpr std::size_t kLong = 2 * kBlock + 13;

// Whole numbers without a pattern (the generator of Numerical Recipes, chapter 7).
class Recurrence {
 public:
  std::uint32_t Next() {
    state_ = state_ * 1664525 + 1013904223;
    return state_ >> 16;
  }

 private:
  std::uint32_t state_ = 4;
};

struct Inputs {
  Floats rewards;                        // multiples of 2⁻¹³ in [−3, 5)
  Floats outcomes;                       // 0 or 1
  std::vector<std::uint8_t> bits;        // the outcomes
  std::vector<std::uint32_t> group_ids;  // three of them
  std::vector<std::uint32_t> lengths;    // 0 … 999

  explicit Inputs(std::size_t size) : bits((size + 7) / 8) {
    Recurrence random;
    for (std::size_t i = 0; i < size; ++i) {
      rewards.push_back(static_cast<float>(random.Next()) * 0x1p-13F - 3);
      const std::uint32_t outcome = random.Next() % 2;
      outcomes.push_back(static_cast<float>(outcome));
      bits[i / 8] |= static_cast<std::uint8_t>(outcome << (i % 8));
      group_ids.push_back(random.Next() % 3);
      lengths.push_back(random.Next() % 1000);
    }
  }

  Request OneGroup(MethodSpec method, const Floats& values) const {
    Request request;
    request.method = std::move(method);
    request.batch.rewards = values;
    request.batch.group_size = static_cast<std::uint32_t>(values.size());
    return request;
  }
};

// Empty if refused, which differs from any expectation.
Floats Advantages(const Request& request) {
  Result result = Compute(request);
  return result.ok() ? result.advantages : Floats();
}

const MethodSpec kTableMethod{"pass_at_k_grpo", {{"k", 2}}};

Floats TablePacked() {
  const Inputs in(kShort);
  return Advantages(in.OneGroup(kTableMethod, in.outcomes));
}

Floats TableBitmap() {
  const Inputs in(kShort);
  Request request = in.OneGroup(kTableMethod, {});
  request.batch.reward_bits = {in.bits};
  request.batch.response_count = kShort;
  request.batch.group_size = kShort;
  return Advantages(request);
}

Floats TableRagged() {
  const Inputs in(kShort);
  static constexpr std::uint32_t kSizes[] = {3, 10, 8};
  Request request = in.OneGroup(kTableMethod, in.outcomes);
  request.batch.group_size.reset();
  request.batch.group_sizes = kSizes;
  return Advantages(request);
}

Floats TableIds() {
  const Inputs in(kShort);
  Request request = in.OneGroup(kTableMethod, in.outcomes);
  request.batch.group_size.reset();
  request.batch.group_ids = in.group_ids;
  return Advantages(request);
}

Floats TableByOutcome() {
  const Inputs in(kShort);
  Request request = in.OneGroup(kTableMethod, in.rewards);
  request.batch.outcomes = {in.bits};
  return Advantages(request);
}

Floats Affine() {
  const Inputs in(kShort);
  return Advantages(in.OneGroup({"grpo", {}}, in.rewards));
}

Floats AffineByOutcome() {
  const Inputs in(kShort);
  Request request = in.OneGroup({"skew_r", {}}, in.rewards);
  request.batch.outcomes = {in.bits};
  request.options.shape_rewards = true;
  return Advantages(request);
}

// Lost unless the sum is exact: the small rewards between two large ones that cancel.
Floats SumThatCancels() {
  Inputs in(kShort);
  in.rewards[3] = 0x1p80F;
  in.rewards[17] = -0x1p80F;
  return {static_cast<float>(ExactSum(in.rewards))};
}

Floats Rank() {
  Inputs in(kShort);
  in.rewards[20] = in.rewards[4] = in.rewards[13];  // ties
  return Advantages(
      in.OneGroup({"max_at_k", {{"k", 3}, {"variant", "leave_one_out"}}}, in.rewards));
}

// Eight values from the whole length: the ends and the seams of blocks among them.
Floats Sample(const Floats& values) {
  if (values.size() != kLong) return {};
  Floats sample;
  for (const std::size_t i : {std::size_t{0}, std::size_t{7}, std::size_t{2500}, kBlock - 1, kBlock,
                              2 * kBlock - 1, 2 * kBlock, kLong - 1}) {
    sample.push_back(values[i]);
  }
  return sample;
}

Floats Moments() {
  const Inputs in(kLong);
  return Sample(Advantages(in.OneGroup({"grpo", {{"ddof", 1}}}, in.rewards)));
}

Floats WeightedMoments() {
  const Inputs in(kLong);
  Request request = in.OneGroup({"reinforce", {}}, in.rewards);
  request.batch.lengths = in.lengths;
  request.options.stages = {{.kind = Stage::Kind::kCenter, .weighting = Stage::Weighting::kTokens},
                            {.kind = Stage::Kind::kScale, .ddof = 1},
                            {.kind = Stage::Kind::kClip, .low = -1.5, .high = 1.5},
                            {.kind = Stage::Kind::kScale, .weighting = Stage::Weighting::kTokens}};
  return Sample(Advantages(request));
}

// Where the only infinity among kShort values is found, for every place.
Floats FindNonFinite() {
  Floats found;
  for (std::size_t place = 0; place < kShort; ++place) {
    Floats values(kShort, std::numeric_limits<float>::max());
    values[place] = std::numeric_limits<float>::infinity();
    found.push_back(static_cast<float>(FirstNonFinite(values)));
  }
  return found;
}

struct Case {
  std::string_view kernel;
  Floats (*run)();
  std::vector<std::uint32_t> bits;
};

// The bits follow from the definitions of the methods in exact arithmetic.
std::vector<Case> Cases() {
  // However the same batch is sent.
  const std::vector<std::uint32_t> table_bits = {
      0x3ec78842, 0xbeec7b90, 0xbeec7b90, 0xbeec7b90, 0xbeec7b90, 0x3ec78842, 0x3ec78842,
      0x3ec78842, 0x3ec78842, 0x3ec78842, 0x3ec78842, 0xbeec7b90, 0xbeec7b90, 0xbeec7b90,
      0x3ec78842, 0xbeec7b90, 0x3ec78842, 0x3ec78842, 0xbeec7b90, 0x3ec78842, 0x3ec78842};
  return {
      {"table, rewards packed", TablePacked, table_bits},
      {"table, rewards as a bitmap", TableBitmap, table_bits},
      {"table, ragged groups",
       TableRagged,
       {0x3fb504f3, 0xbeb504f3, 0xbeb504f3, 0xbed105ec, 0xbed105ec, 0x3eb9cc60, 0x3eb9cc60,
        0x3eb9cc60, 0x3eb9cc60, 0x3eb9cc60, 0x3eb9cc60, 0xbed105ec, 0xbed105ec, 0xbebcdaa3,
        0x3ea9f7f9, 0xbebcdaa3, 0x3ea9f7f9, 0x3ea9f7f9, 0xbebcdaa3, 0x3ea9f7f9, 0x3ea9f7f9}},
      {"table, groups by id",
       TableIds,
       {0x3ea9f7f9, 0xbebcdaa3, 0xbeddb3d7, 0xbebcdaa3, 0xbe90d0c3, 0x3ea9f7f9, 0x3f4511a3,
        0x3f4511a3, 0x3ea9f7f9, 0x3f4511a3, 0x3ea9f7f9, 0xbeddb3d7, 0xbebcdaa3, 0xbeddb3d7,
        0x3e90d0c3, 0xbe90d0c3, 0x3ea9f7f9, 0x3e90d0c3, 0xbeddb3d7, 0x3e90d0c3, 0x3e90d0c3}},
      {"table, outcomes beside rewards", TableByOutcome, table_bits},
      {"affine", Affine, {0xbf45eefd, 0xbfbf456f, 0x3ecc3c53, 0x3ea2351a, 0xbee9190d, 0xbf132f3b,
                          0x3e29df03, 0x3f798bf8, 0xbf533f5b, 0xbfc634b4, 0xbf8b7c89, 0x3e68ac5d,
                          0x3e387600, 0xbfa57be2, 0xbf1cddb1, 0x3f995c2d, 0x3fa1f222, 0xbeedd74f,
                          0x3f8e9349, 0x3fb73ec0, 0x3fede96c}},
      {"affine by outcome",
       AffineByOutcome,
       {0xbea9a847, 0xbf23f25f, 0x3e2f0f22, 0x3e0b08f2, 0xbe47cc55, 0xbe7c50f7, 0x3d919a95,
        0x3ed5e5b0, 0xbeb511bc, 0xbf29e408, 0xbeef1ea2, 0x3dc76f2b, 0x3d9e1c00, 0xbf0dd7e6,
        0xbe8674e1, 0x3f037394, 0x3f0acf8b, 0xbe4bdd1f, 0x3ef46a33, 0x3f1d1137, 0x3f4beca6}},
      {"exact sum", SumThatCancels, {0x41202380}},
      {"rank", Rank, {0xbf2c067e, 0xbf3b5541, 0x3d1a745d, 0xbd6f7acc, 0xbf3b5541, 0xbf1d6e70,
                      0xbe4b4d79, 0x3f50f5fa, 0xbf2e98bd, 0xbf3b5541, 0xbf3750fe, 0xbe180096,
                      0xbe40f89c, 0xbf3b5541, 0xbf20ebef, 0x3f96de74, 0x3fa7c831, 0xbf1054b7,
                      0x3f83fc15, 0x3fd6acef, 0xbf3b5541}},
      {"moments",
       Moments,
       {0xbf627271, 0x3f2ef44e, 0x3f989c7e, 0xbf94b20f, 0xbead5f68, 0x3fb67b6c, 0x3f88d82e,
        0x3ed7b1fc}},
      {"weighted moments",
       WeightedMoments,
       {0xbf68756a, 0x3f341f3c, 0x3f9d025a, 0xbf98b074, 0xbeb19c6c, 0x3fbbb641, 0x3f8ccda0,
        0x3ede4af1}},
      {"search for values that are not finite",
       FindNonFinite,
       {0x00000000, 0x3f800000, 0x40000000, 0x40400000, 0x40800000, 0x40a00000, 0x40c00000,
        0x40e00000, 0x41000000, 0x41100000, 0x41200000, 0x41300000, 0x41400000, 0x41500000,
        0x41600000, 0x41700000, 0x41800000, 0x41880000, 0x41900000, 0x41980000, 0x41a00000}},
  };
}

std::string Hexadecimal(std::uint32_t bits) {
  char text[11];
  std::snprintf(text, sizeof text, "0x%08x", bits);
  return text;
}

}  // namespace

std::string FirstDifference(std::string_view kernel, std::span<const float> values,
                            std::span<const std::uint32_t> bits) {
  if (values.size() != bits.size()) {
    return Concat("self-test of ", kernel, ": ", values.size(), " values instead of ", bits.size());
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto actual = std::bit_cast<std::uint32_t>(values[i]);
    if (actual == bits[i]) continue;
    return Concat("self-test of ", kernel, ": value ", i, " is ", values[i], " (",
                  Hexadecimal(actual), ") instead of ", std::bit_cast<float>(bits[i]), " (",
                  Hexadecimal(bits[i]), ")");
  }
  return "";
}

std::string SelfTest() {
  for (const Case& test : Cases()) {
    std::string difference = FirstDifference(test.kernel, test.run(), test.bits);
    if (!difference.empty()) return difference;
  }
  return "";
}

KernelTest TestKernels(const std::function<std::string()>& self_test) {
  KernelTest result;
  const auto passes = [&] {
    const std::string fault = self_test();
    if (!fault.empty()) result.faults.push_back(Concat(fault, ", on ", KernelTarget()));
    return fault.empty();
  };
  result.passed = passes();
  if (!result.passed && KernelTarget() != ScalarKernelTarget()) {
    UseKernelTarget(ScalarKernelTarget());
    result.passed = passes();
  }
  return result;
}

}  // namespace advantaged
