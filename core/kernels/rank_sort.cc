#include <hwy/contrib/sort/vqsort.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>

#include "core/kernels/rank.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/rank_sort.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using DoubleVector = hn::Vec<Doubles>;

inline constexpr std::size_t kLanes = hn::MaxLanes(Doubles());

// Up to here a group alone is sorted the quadratic way, which is faster.
inline constexpr std::size_t kFew = 96;
// Up to here groups are sorted abreast: the exchanges of a network grow with n log² n, and what one
// of them costs each group falls with the lanes.
inline constexpr std::size_t kMostAbreast = HWY_MIN(512, 128 * kLanes);

// With more than half of the lanes empty, one after the other is faster.
std::size_t GroupsAbreast(std::size_t n, std::size_t count) {
  return n <= kMostAbreast && count > 1 && 2 * count >= kLanes ? kLanes : 1;
}

// Than distributing by digits (docs/adr/0015).
bool VqsortIsFaster() { return kLanes >= 8; }

// Between the bits of floats and integers in their order: of negative floats all bits but the sign
// count backwards. Its own inverse.
template <class D>
HWY_INLINE hn::Vec<D> Ordered(D di, hn::Vec<D> bits) {
  return hn::Xor(bits, hn::And(hn::ShiftRight<31>(bits), hn::Set(di, 0x7FFFFFFF)));
}

// Adding 0 makes one zero of both.
template <class D>
HWY_INLINE hn::Vec<hn::RebindToSigned<D>> OrderedKeys(D d, hn::Vec<D> rewards) {
  const hn::RebindToSigned<D> di;
  return Ordered(di, hn::BitCast(di, hn::Add(rewards, hn::Zero(d))));
}

// A key to sort by is a double between 2⁵² and 2⁵³, since vectors of doubles have a minimum and a
// maximum on every target. Its 52 bits are the reward in 32, ordered, over its place in 20: no two
// are equal.
inline constexpr int kPlaceBits = 20;
inline constexpr std::uint64_t kExponent = 0x4330000000000000;
static_assert(kMostAbreast * kLanes <= std::size_t{1} << kPlaceBits);

// One key of each group.
struct Columns {
  using Floats = hn::Rebind<float, Doubles>;
  using Signed = hn::RebindToSigned<Floats>;
  using Unsigned = hn::RebindToUnsigned<Floats>;
  using Unsigned64 = hn::RebindToUnsigned<Doubles>;

  static HWY_INLINE DoubleVector Key(hn::Vec<Floats> rewards, hn::Vec<Unsigned64> place) {
    const Unsigned64 d64;
    const auto ordered = hn::BitCast(Unsigned(), OrderedKeys(Floats(), rewards));
    const auto key = hn::Xor(ordered, hn::Set(Unsigned(), 0x80000000U));
    const auto above = hn::ShiftLeft<kPlaceBits>(hn::PromoteTo(d64, key));
    return hn::BitCast(Doubles(), hn::Or(hn::Or(above, place), hn::Set(d64, kExponent)));
  }

  static HWY_INLINE DoubleVector Reward(DoubleVector keys) {
    const Unsigned64 d64;
    const auto key = hn::TruncateTo(Unsigned(), hn::ShiftRight<kPlaceBits>(hn::BitCast(d64, keys)));
    const auto ordered = hn::BitCast(Signed(), hn::Xor(key, hn::Set(Unsigned(), 0x80000000U)));
    return hn::PromoteTo(Doubles(), hn::BitCast(Floats(), Ordered(Signed(), ordered)));
  }

  static HWY_INLINE hn::Vec<Unsigned> Place(DoubleVector keys) {
    const Unsigned64 d64;
    const auto mask = hn::Set(d64, (std::uint64_t{1} << kPlaceBits) - 1);
    return hn::TruncateTo(Unsigned(), hn::And(hn::BitCast(d64, keys), mask));
  }
};

// Puts the smaller key of each lane first.
HWY_INLINE void Exchange(double* a, double* b) {
  const Doubles d;
  const DoubleVector x = hn::Load(d, a);
  const DoubleVector y = hn::Load(d, b);
  hn::Store(hn::Min(x, y), d, a);
  hn::Store(hn::Max(x, y), d, b);
}

// Batcher's network of merges (Knuth, The Art of Computer Programming 3, 5.2.2, Algorithm M): which
// keys are exchanged depends on n alone.
HWY_INLINE void SortColumns(double* keys, std::size_t n) {
  if (n < 2) return;
  const std::size_t top = std::bit_floor(n - 1);
  for (std::size_t p = top; p > 0; p /= 2) {
    std::size_t r = 0;
    std::size_t distance = p;
    for (std::size_t q = top;; q /= 2) {
      for (std::size_t run = r; run + distance < n; run += 2 * p) {
        const std::size_t end = HWY_MIN(run + p, n - distance);
        for (std::size_t i = run; i < end; ++i) {
          Exchange(keys + i * kLanes, keys + (i + distance) * kLanes);
        }
      }
      if (q == p) break;
      distance = q - p;
      r = p;
    }
  }
}

// Lane g of row i holds reward i of group g.
void SortSideBySide(const float* rewards, Ranked* sorted) {
  const Doubles d;
  const Columns::Floats df;
  const Columns::Unsigned64 d64;
  const std::size_t n = sorted->n;
  HWY_ALIGN float columns[kMostAbreast * kLanes];
  HWY_ALIGN double keys[kMostAbreast * kLanes];
  for (std::size_t group = 0; group < kLanes; ++group) {
    // Lanes without a group repeat the last one.
    const float* from = rewards + HWY_MIN(group, sorted->groups - 1) * n;
    for (std::size_t i = 0; i < n; ++i) columns[i * kLanes + group] = from[i];
  }
  auto place = hn::Mul(hn::Iota(d64, 0), hn::Set(d64, n));
  for (std::size_t i = 0; i < n; ++i) {
    hn::Store(Columns::Key(hn::Load(df, columns + i * kLanes), place), d, keys + i * kLanes);
    place = hn::Add(place, hn::Set(d64, 1));
  }
  SortColumns(keys, n);
  for (std::size_t i = 0; i < n * kLanes; i += kLanes) {
    const DoubleVector key = hn::Load(d, keys + i);
    hn::StoreU(Columns::Reward(key), d, sorted->reward.data() + i);
    hn::StoreU(Columns::Place(key), Columns::Unsigned(), sorted->place.data() + i);
  }
}

// The place of each reward is the number of those that stand before it: smaller ones, and equal
// ones of a smaller index. A vector of rewards is compared with every reward, as integers in their
// order: an equal one stands before as long as it is below the next integer.
void SortFew(const float* rewards, Ranked* sorted) {
  const std::size_t n = sorted->n;
  using Floats = hn::ScalableTag<float>;
  constexpr std::size_t kWidth = hn::MaxLanes(Floats());
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  HWY_ALIGN float padded[kFew + kWidth] = {};
  HWY_ALIGN std::int32_t keys[kFew + kWidth];
  std::copy_n(rewards, n, padded);
  for (std::size_t i = 0; i < n; i += kWidth) {
    hn::Store(OrderedKeys(d, hn::Load(d, padded + i)), di, keys + i);
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
      const auto rank = static_cast<std::size_t>(places[i - begin]);
      sorted->reward[rank] = padded[i];
      sorted->place[rank] = static_cast<std::uint32_t>(i);
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

// No vector of doubles has more lanes.
constexpr std::size_t kMostGroups = 8;

constexpr std::size_t kDigits = 4;
constexpr std::size_t kValues = 256;

// A reward in its order, −0 and 0 as one, over its place: no two are equal.
std::uint64_t Key(float reward, std::size_t place) {
  const auto bits = std::bit_cast<std::uint32_t>(reward + 0.0F);
  const std::uint32_t ordered = (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
  return std::uint64_t{ordered} << 32 | place;
}

double RewardOf(std::uint64_t key) {
  const auto ordered = static_cast<std::uint32_t>(key >> 32);
  return std::bit_cast<float>((ordered >> 31) != 0 ? ordered & 0x7FFFFFFFU : ~ordered);
}

std::size_t Digit(std::uint64_t key, std::size_t digit) {
  return (key >> (32 + 8 * digit)) % kValues;
}

// Sorts by one digit of the rewards after the other, the least first, each time keeping the order
// of equals.
void Distribute(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& scratch) {
  std::array<std::array<std::uint32_t, kValues>, kDigits> next{};
  for (const std::uint64_t key : keys) {
    for (std::size_t digit = 0; digit < kDigits; ++digit) ++next[digit][Digit(key, digit)];
  }
  scratch.resize(keys.size());
  for (std::size_t digit = 0; digit < kDigits; ++digit) {
    std::uint32_t place = 0;
    for (std::uint32_t& count : next[digit]) count = std::exchange(place, place + count);
    for (const std::uint64_t key : keys) scratch[next[digit][Digit(key, digit)]++] = key;
    keys.swap(scratch);
  }
}

void SortMany(std::span<const float> rewards, bool by_vectors, RankMemory& memory) {
  std::vector<std::uint64_t>& keys = memory.keys;
  keys.resize(rewards.size());
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = Key(rewards[i], i);
  if (by_vectors) {
    hwy::Sorter()(keys.data(), keys.size(), hwy::SortAscending());
  } else {
    Distribute(keys, memory.keys_scratch);
  }
  for (std::size_t rank = 0; rank < keys.size(); ++rank) {
    memory.sorted.reward[rank] = RewardOf(keys[rank]);
    memory.sorted.place[rank] = static_cast<std::uint32_t>(keys[rank]);
  }
}

}  // namespace

HWY_EXPORT(GroupsAbreast);
HWY_EXPORT(VqsortIsFaster);
HWY_EXPORT(SortFew);
HWY_EXPORT(SortSideBySide);

void SortAbreast(const GroupPlaces& groups, std::size_t first, RankMemory& memory) {
  Ranked& sorted = memory.sorted;
  sorted.n = groups.size(first);
  const std::size_t left = groups.count() - first;
  std::size_t alike = groups.uniform_size() > 0 ? left : 1;
  while (alike < std::min(left, kMostGroups) && groups.size(first + alike) == sorted.n) ++alike;
  sorted.width = HWY_DYNAMIC_DISPATCH(GroupsAbreast)(sorted.n, alike);
  sorted.groups = std::min(sorted.width, alike);
  sorted.reward.resize(sorted.n * sorted.width);
  sorted.place.resize(sorted.n * sorted.width);
  if (sorted.width > 1) {
    HWY_DYNAMIC_DISPATCH(SortSideBySide)(groups.begin(first), &sorted);
  } else if (sorted.n <= HWY_NAMESPACE::kFew) {
    HWY_DYNAMIC_DISPATCH(SortFew)(groups.begin(first), &sorted);
  } else {
    SortMany(groups.rewards(first), HWY_DYNAMIC_DISPATCH(VqsortIsFaster)(), memory);
  }
}

}  // namespace advantaged
#endif  // HWY_ONCE
