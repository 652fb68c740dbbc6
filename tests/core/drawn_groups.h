// Groups of rewards of every kind that a kernel may meet, at places of any alignment.
#ifndef ADVANTAGED_TESTS_CORE_DRAWN_GROUPS_H_
#define ADVANTAGED_TESTS_CORE_DRAWN_GROUPS_H_

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "tests/core/documented_order.h"

namespace advantaged::testing {

inline std::uint32_t BitsOf32(float x) { return std::bit_cast<std::uint32_t>(x); }

// Of many magnitudes, of outcomes and nearly, with zeros of both signs, all equal, at both ends of
// float32, and one in twelve not finite.
inline Floats DrawGroup(std::size_t n, std::mt19937& random) {
  Floats group = DrawMagnitudes(n, static_cast<unsigned>(random()));
  const auto kind = random() % 12;
  for (float& r : group) {
    if (kind < 2 || kind == 5) r = random() % 2 == 0 ? 1.0F : -0.0F;
    if (kind == 2) r = -0.0F;
    if (kind == 3 && random() % 2 == 0) r = -0.0F;
    if (kind == 6) r = std::ldexp(r, -140);
    if (kind == 7) r = std::copysign(std::numeric_limits<float>::max(), r);
    if (kind == 8) r = group[0];
  }
  float& any = group[random() % n];
  if (kind == 4) {
    any = random() % 2 == 0 ? std::numeric_limits<float>::quiet_NaN()
                            : std::numeric_limits<float>::infinity();
  }
  if (kind == 5) any = 0.5F;
  return group;
}

// Groups one after the other, NaN before them.
struct DrawnBatch {
  std::vector<Floats> groups;
  std::vector<std::uint32_t> offsets;
  Floats storage;
  std::size_t at;

  DrawnBatch(const std::vector<std::size_t>& sizes, std::size_t place, unsigned seed)
      : offsets{static_cast<std::uint32_t>(place)},
        storage(place, std::numeric_limits<float>::quiet_NaN()),
        at(place) {
    std::mt19937 random(seed);
    for (const std::size_t n : sizes) {
      groups.push_back(DrawGroup(n, random));
      storage.insert(storage.end(), groups.back().begin(), groups.back().end());
      offsets.push_back(offsets.back() + static_cast<std::uint32_t>(n));
    }
  }
  std::span<const float> rewards() const { return std::span<const float>(storage).subspan(at); }
};

// All small sizes and those around blocks.
inline std::vector<std::size_t> GroupSizes() {
  std::vector<std::size_t> sizes(70);
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = i + 1;
  sizes.insert(sizes.end(), {1023, 4088, 4095, 4096, 4097, 4104, 8193, 20481, 28673});
  return sizes;
}

// So many that the widest kernels take several vectors of groups and leave some.
inline DrawnBatch UniformBatch(std::size_t n) {
  const std::size_t groups = n > 1000 ? 3 : n > 16 ? n % 20 + 1 : 53 + n;
  return {std::vector<std::size_t>(groups, n), n % 16, static_cast<unsigned>(n)};
}

inline DrawnBatch RaggedBatch(unsigned round) {
  std::mt19937 random(round);
  std::vector<std::size_t> sizes(random() % 60 + 1);
  for (std::size_t& n : sizes) n = random() % 40 + 1;
  if (round % 10 == 9) sizes[sizes.size() / 2] = 4096 + round;
  return {sizes, round % 16, round};
}

// What every kernel of the affine form writes for one response.
inline float Applied(float reward, double slope, double centre, double shift) {
  const double difference = (static_cast<double>(reward) - centre) - shift;
  return static_cast<float>(slope * difference) + 0.0F;
}

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_DRAWN_GROUPS_H_
