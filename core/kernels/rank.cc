#include "core/kernels/rank.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/rank.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Up to here the quadratic way is faster.
inline constexpr std::size_t kFew = 96;

// The place of each reward is the number of those that stand before it: smaller ones, and equal
// ones of a smaller index. A vector of rewards is compared with every reward, as integers in their
// order: an equal one stands before as long as it is below the next integer.
void SortFew(const float* rewards, std::size_t n, Ranked* sorted) {
  using Floats = hn::ScalableTag<float>;
  constexpr std::size_t kWidth = hn::MaxLanes(Floats());
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  HWY_ALIGN float padded[kFew + kWidth] = {};
  HWY_ALIGN std::int32_t keys[kFew + kWidth];
  std::copy_n(rewards, n, padded);
  for (std::size_t i = 0; i < n; i += kWidth) {
    // Adding 0 makes one zero of both. Of negative rewards all bits but the sign count backwards.
    const auto bits = hn::BitCast(di, hn::Add(hn::Load(d, padded + i), hn::Zero(d)));
    const auto backwards = hn::And(hn::ShiftRight<31>(bits), hn::Set(di, 0x7FFFFFFF));
    hn::Store(hn::Xor(bits, backwards), di, keys + i);
  }
  HWY_ALIGN std::int32_t one_in_a_lane[2 * kWidth] = {};
  one_in_a_lane[kWidth] = 1;
  for (std::size_t begin = 0; begin < n; begin += kWidth) {
    const std::size_t end = HWY_MIN(n, begin + kWidth);
    auto limit = hn::Add(hn::Load(di, keys + begin), hn::Set(di, 1));
    auto place = hn::Zero(di);
    const auto compare_with = [&](std::size_t j) HWY_ATTR {
      // −1 where true
      place = hn::Sub(place, hn::VecFromMask(di, hn::Lt(hn::Set(di, keys[j]), limit)));
    };
    for (std::size_t j = 0; j < begin; ++j) compare_with(j);
    for (std::size_t j = begin; j < end; ++j) {
      limit = hn::Sub(limit, hn::LoadU(di, one_in_a_lane + kWidth - (j - begin)));
      compare_with(j);
    }
    for (std::size_t j = end; j < n; ++j) compare_with(j);
    HWY_ALIGN std::int32_t places[kWidth];
    hn::Store(place, di, places);
    for (std::size_t i = begin; i < end; ++i) {
      sorted[places[i - begin]] = {padded[i], static_cast<std::uint32_t>(i)};
    }
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {
namespace {

constexpr std::size_t kDigits = 4;
constexpr std::size_t kValues = 256;

// Unsigned numbers in the order of the rewards; −0 and 0 are one.
std::uint32_t Key(float reward) {
  const auto bits = std::bit_cast<std::uint32_t>(reward + 0.0F);
  return (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
}

std::size_t Digit(std::uint32_t key, std::size_t digit) { return (key >> (8 * digit)) % kValues; }

// Distributes by one digit after the other, the least first, each time keeping the order of equals.
// No comparison depends on the rewards, so neither does the time.
void SortMany(std::vector<Ranked>& sorted, std::vector<Ranked>& scratch) {
  std::array<std::array<std::uint32_t, kValues>, kDigits> next{};
  for (const Ranked& r : sorted) {
    const std::uint32_t key = Key(r.reward);
    for (std::size_t digit = 0; digit < kDigits; ++digit) ++next[digit][Digit(key, digit)];
  }
  scratch.resize(sorted.size());
  for (std::size_t digit = 0; digit < kDigits; ++digit) {
    std::uint32_t place = 0;
    for (std::uint32_t& count : next[digit]) count = std::exchange(place, place + count);
    for (const Ranked& r : sorted) scratch[next[digit][Digit(Key(r.reward), digit)]++] = r;
    sorted.swap(scratch);
  }
}

}  // namespace

HWY_EXPORT(SortFew);

void SortAscending(std::span<const float> rewards, std::vector<Ranked>& sorted,
                   std::vector<Ranked>& scratch) {
  sorted.resize(rewards.size());
  if (rewards.size() <= HWY_NAMESPACE::kFew) {
    HWY_DYNAMIC_DISPATCH(SortFew)(rewards.data(), rewards.size(), sorted.data());
    return;
  }
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    sorted[i] = {rewards[i], static_cast<std::uint32_t>(i)};
  }
  SortMany(sorted, scratch);
}

void ScatterByRank(std::span<const Ranked> sorted, std::span<const double> value_of_rank,
                   std::span<double> out) {
  double value = 0;
  for (std::size_t rank = sorted.size(); rank-- > 0;) {
    const bool last_of_ties =
        rank + 1 == sorted.size() || sorted[rank].reward != sorted[rank + 1].reward;
    if (last_of_ties) value = value_of_rank[rank];
    out[sorted[rank].index] = value;
  }
}

}  // namespace advantaged
#endif  // HWY_ONCE
