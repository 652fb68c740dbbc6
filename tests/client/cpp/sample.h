// Batches of every kind, drawn from a seed, with the request that a plain client would send.
#ifndef ADVANTAGED_TESTS_CLIENT_CPP_SAMPLE_H_
#define ADVANTAGED_TESTS_CLIENT_CPP_SAMPLE_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "advantaged/client/batch.h"

namespace advantaged::client {

struct Sample {
  enum class Groups { kSize, kSizes, kIds };

  // `groups` groups of 2 to 9 rows (8 for kSize); by ids their rows lie about. Rewards are 0 or 1,
  // or whole numbers up to 4.
  static Sample Draw(std::uint32_t seed, std::size_t groups, Groups form, bool binary) {
    std::mt19937 random(seed);
    Sample sample;
    for (std::size_t g = 0; g < groups; ++g) {
      const auto size = static_cast<std::uint32_t>(form == Groups::kSize ? 8 : 2 + random() % 8);
      sample.sizes.push_back(size);
      // Ids far apart, so that no order can be guessed from them.
      const std::uint32_t id = static_cast<std::uint32_t>(g) * 2'654'435'761U;
      for (std::uint32_t i = 0; i < size; ++i) sample.ids.push_back(id);
    }
    if (form == Groups::kIds) std::shuffle(sample.ids.begin(), sample.ids.end(), random);
    for (std::size_t i = 0; i < sample.ids.size(); ++i) {
      sample.rewards.push_back(static_cast<float>(random() % (binary ? 2 : 5)));
      sample.lengths.push_back(static_cast<std::uint32_t>(1 + random() % 100));
    }
    if (form != Groups::kIds) sample.ids.clear();
    if (form == Groups::kSize) sample.size = 8;
    if (form != Groups::kSizes) sample.sizes.clear();
    sample.settings.mutable_method()->mutable_rloo();
    return sample;
  }

  // Masks about every fifth row; its reward is NaN.
  void Mask(std::uint32_t seed) {
    std::mt19937 random(seed);
    mask = std::make_unique<bool[]>(rewards.size());
    for (std::size_t i = 0; i < rewards.size(); ++i) {
      mask[i] = random() % 5 != 0;
      if (!mask[i]) rewards[i] = std::numeric_limits<float>::quiet_NaN();
    }
  }

  Batch view() const {
    Batch batch{.rewards = rewards, .group_size = size, .group_sizes = sizes, .group_ids = ids};
    if (mask) batch.valid = std::span<const bool>(mask.get(), rewards.size());
    if (with_lengths) batch.lengths = lengths;
    return batch;
  }

  // In the plainest form.
  v1::ComputeAdvantagesRequest request() const {
    v1::ComputeAdvantagesRequest request = settings;
    request.mutable_rewards()->Add(rewards.begin(), rewards.end());
    if (size) request.set_group_size(*size);
    request.mutable_group_sizes()->Add(sizes.begin(), sizes.end());
    request.mutable_group_ids()->Add(ids.begin(), ids.end());
    if (with_lengths) request.mutable_lengths()->Add(lengths.begin(), lengths.end());
    if (mask) {
      std::string bits((rewards.size() + 7) / 8, '\0');
      for (std::size_t i = 0; i < rewards.size(); ++i) {
        if (mask[i]) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << i % 8);
      }
      request.set_valid(bits);
    }
    return request;
  }

  std::vector<float> rewards;
  std::optional<std::uint32_t> size;
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> lengths;
  bool with_lengths = false;
  std::unique_ptr<bool[]> mask;
  Settings settings;
};

}  // namespace advantaged::client

#endif  // ADVANTAGED_TESTS_CLIENT_CPP_SAMPLE_H_
