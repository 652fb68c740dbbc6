// A batch cut into parts, its moments merged, against one call: docs/numerics.md, "Shards".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "advantaged/advantaged.h"

namespace advantaged {
namespace {

using Generator = std::mt19937;
using Merger = BatchMoments (*)(std::vector<BatchMoments> parts);

constexpr std::size_t kGroup = 8;  // so that a group is a byte of a bitmap

// Groups of eight.
struct Data {
  std::vector<float> rewards;
  std::vector<std::uint32_t> lengths;
  std::vector<std::uint8_t> valid;

  std::size_t groups() const { return valid.size(); }
  Data Part(std::size_t begin, std::size_t end) const {
    return {{rewards.begin() + static_cast<std::ptrdiff_t>(kGroup * begin),
             rewards.begin() + static_cast<std::ptrdiff_t>(kGroup * end)},
            {lengths.begin() + static_cast<std::ptrdiff_t>(kGroup * begin),
             lengths.begin() + static_cast<std::ptrdiff_t>(kGroup * end)},
            {valid.begin() + static_cast<std::ptrdiff_t>(begin),
             valid.begin() + static_cast<std::ptrdiff_t>(end)}};
  }
};

Data Normal(Generator& generator, std::size_t groups, float offset) {
  std::normal_distribution<float> normal(offset, 2);
  Data data;
  for (std::size_t i = 0; i < kGroup * groups; ++i) {
    data.rewards.push_back(normal(generator));
    data.lengths.push_back(
        static_cast<std::uint32_t>(generator() % 4 == 0 ? 0 : generator() % 999));
  }
  for (std::size_t g = 0; g < groups; ++g) {
    data.valid.push_back(static_cast<std::uint8_t>(generator() % 4 == 0 ? generator() : 0xFF));
  }
  return data;
}

Options With(const std::vector<Stage>& stages) {
  Options options;
  options.stages = stages;
  return options;
}

Result Ask(const Data& data, const std::string& method, Options options) {
  Request request;
  request.method = {method, {}};
  request.batch.rewards = data.rewards;
  request.batch.lengths = data.lengths;
  request.batch.valid = {data.valid};
  request.batch.group_size = kGroup;
  request.options = std::move(options);
  Result result = Compute(request);
  EXPECT_TRUE(result.ok()) << result.violations.listed()[0].description;
  return result;
}

BatchMoments InARow(std::vector<BatchMoments> parts) {
  BatchMoments total;
  for (const BatchMoments& part : parts) total = Merge(total, part);
  return total;
}

BatchMoments ByPairs(std::vector<BatchMoments> parts) {
  while (parts.size() > 1) {
    std::vector<BatchMoments> next;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2)
      next.push_back(Merge(parts[i], parts[i + 1]));
    if (parts.size() % 2 == 1) next.push_back(parts.back());
    parts = std::move(next);
  }
  return parts[0];
}

// As a trainer does it: a round of questions for each of the moments, then the advantages.
std::vector<float> Sharded(const std::vector<Data>& parts, const std::string& method,
                           const std::vector<Stage>& stages, std::size_t rounds, Merger merge) {
  Options options = With(stages);
  options.moments_only = true;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<BatchMoments> answers;
    for (const Data& part : parts) {
      const Result answer = Ask(part, method, options);
      EXPECT_TRUE(answer.advantages.empty());
      EXPECT_EQ(answer.batch_moments.size(), round + 1);
      answers.push_back(answer.batch_moments.back());
    }
    options.batch_moments.push_back(merge(answers));
  }
  options.moments_only = false;
  std::vector<float> advantages;
  for (const Data& part : parts) {
    const Result answer = Ask(part, method, options);
    advantages.insert(advantages.end(), answer.advantages.begin(), answer.advantages.end());
  }
  return advantages;
}

// Between groups, anywhere: parts of one group are among them.
std::vector<Data> Cut(Generator& generator, const Data& whole) {
  std::vector<Data> parts;
  const std::size_t wanted = 1 + generator() % 40;
  for (std::size_t begin = 0; begin < whole.groups();) {
    const std::size_t end =
        std::min(whole.groups(), begin + 1 + generator() % (2 * whole.groups() / wanted + 1));
    parts.push_back(whole.Part(begin, end));
    begin = end;
  }
  return parts;
}

const Stage kCenter{.kind = Stage::Kind::kCenter};
const Stage kCenterTokens{.kind = Stage::Kind::kCenter, .weighting = Stage::Weighting::kTokens};
const Stage kScale{.kind = Stage::Kind::kScale, .ddof = 1, .epsilon = 1e-8};
const Stage kScaleTokens{.kind = Stage::Kind::kScale, .weighting = Stage::Weighting::kTokens};
const Stage kScaleRewards{.kind = Stage::Kind::kScale, .spread = Stage::Spread::kRewards};
const Stage kClip{.kind = Stage::Kind::kClip, .low = -1, .high = 1.5};

struct Recipe {
  std::string method;
  std::vector<Stage> stages;
  std::size_t rounds;
};

const std::vector<Recipe>& Recipes() {
  static const std::vector<Recipe> recipes = {
      {"reinforce", {kCenter, kScale}, 1},
      {"reinforce", {kCenterTokens, kScaleTokens, kClip}, 1},
      {"dr_grpo", {kScaleRewards, kClip}, 1},
      {"dr_grpo", {kScaleRewards, kCenterTokens, kScale}, 3},
      {"reinforce", {kCenter, kScale, kClip, kCenterTokens, kScaleTokens}, 2},
      {"reinforce", {kCenter, kScale, kClip, kScale, kClip, kCenter}, 3},
  };
  return recipes;
}

double Ulp(float x) {
  const float size = std::abs(x);
  return static_cast<double>(std::nextafter(size, INFINITY)) - static_cast<double>(size);
}

TEST(Shards, AreWithinTheStatedBoundOfOneCall) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    Generator generator(seed);
    // max|x| / sd, generously.
    const bool is_offset = seed % 3 == 0;
    const double kappa = is_offset ? 1024 : 16;
    const Data whole = Normal(generator, 20 + generator() % 600, is_offset ? 1000 : 0.3F);
    const std::vector<Data> parts = Cut(generator, whole);
    for (const Recipe& recipe : Recipes()) {
      const Result one = Ask(whole, recipe.method, With(recipe.stages));
      ASSERT_EQ(one.batch_moments.size(), recipe.rounds);
      double largest = 0;
      for (const float a : one.advantages) largest = std::max<double>(largest, std::abs(a));
      const double each = kappa * static_cast<double>(recipe.rounds) *
                          (0x1p-40 + static_cast<double>(parts.size()) * 0x1p-50) * largest;
      for (const Merger merge : {InARow, ByPairs}) {
        const std::vector<float> sharded =
            Sharded(parts, recipe.method, recipe.stages, recipe.rounds, merge);
        ASSERT_EQ(sharded.size(), one.advantages.size());
        for (std::size_t i = 0; i < sharded.size(); ++i) {
          // Each of the two is so near to the exact value.
          ASSERT_LE(std::abs(static_cast<double>(sharded[i]) - one.advantages[i]),
                    2 * (0.51 * Ulp(one.advantages[i]) + each))
              << "seed " << seed << ", " << recipe.method << ", response " << i;
        }
      }
    }
  }
}

void ExpectSameBits(const Data& whole, const std::vector<Data>& parts, const Recipe& recipe,
                    Merger merge) {
  const Result one = Ask(whole, recipe.method, With(recipe.stages));
  EXPECT_EQ(Sharded(parts, recipe.method, recipe.stages, recipe.rounds, merge), one.advantages);
}

TEST(Shards, OfOneValueAreTheSameBits) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    Data whole = Normal(generator, 100, 0);
    whole.rewards.assign(whole.rewards.size(), 0.95F);
    const std::vector<Data> parts = Cut(generator, whole);
    for (const Recipe& recipe : Recipes()) ExpectSameBits(whole, parts, recipe, InARow);
  }
}

TEST(Shards, AreTheSameBitsWhereEverySumAndQuotientIsADouble) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    // Quarters, and as many responses as a power of two in every part and every pair of parts.
    Data whole = Normal(generator, 128, 0);
    whole.valid.assign(whole.groups(), 0xFF);
    for (float& reward : whole.rewards) reward = static_cast<float>(generator() % 65) / 4 - 8;
    std::vector<Data> parts;
    const std::size_t size = std::size_t{1} << generator() % 6;
    for (std::size_t begin = 0; begin < whole.groups(); begin += size)
      parts.push_back(whole.Part(begin, begin + size));
    ExpectSameBits(whole, parts, {"reinforce", {kCenter, kScale, kClip}, 1}, ByPairs);
    ExpectSameBits(whole, parts, {"reinforce", {kScaleRewards}, 1}, ByPairs);
  }
}

TEST(Shards, OfEqualMeansAreTheSameBitsInAnyNumber) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    // Each group is balanced about 3; the parts are cut anywhere.
    Data whole = Normal(generator, 100, 0);
    whole.valid.assign(whole.groups(), 0xFF);
    for (std::size_t i = 0; i < whole.rewards.size(); i += 2) {
      const float distance = static_cast<float>(generator() % 33) / 8;
      whole.rewards[i] = 3 + distance;
      whole.rewards[i + 1] = 3 - distance;
    }
    const std::vector<Data> parts = Cut(generator, whole);
    ExpectSameBits(whole, parts, {"reinforce", {kCenter, kScale, kClip}, 1}, InARow);
  }
}

TEST(Shards, WithoutAnyWeightChangeNothing) {
  Generator generator(1);
  const Data whole = Normal(generator, 30, 0);
  Data empty = whole.Part(0, 2);
  empty.valid = {0, 0};
  Data weightless = whole.Part(0, 1);
  weightless.valid = {0};
  weightless.lengths.assign(kGroup, 0);
  const std::vector<Stage> stages = {kCenterTokens, kScaleTokens};
  const std::vector<float> expected = Sharded({whole}, "reinforce", stages, 1, InARow);
  const std::vector<float> found =
      Sharded({empty, whole, weightless}, "reinforce", stages, 1, InARow);
  EXPECT_EQ(std::vector<float>(found.begin() + 2 * kGroup, found.end() - kGroup), expected);
}

}  // namespace
}  // namespace advantaged
