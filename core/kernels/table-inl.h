// Count and select: one group, or as many small groups at once as fit into a vector.
#if defined(ADVANTAGED_CORE_KERNELS_TABLE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ADVANTAGED_CORE_KERNELS_TABLE_INL_H_
#undef ADVANTAGED_CORE_KERNELS_TABLE_INL_H_
#else
#define ADVANTAGED_CORE_KERNELS_TABLE_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/kernels/table_task.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Integers = hn::RebindToSigned<Floats>;
using FloatVector = hn::Vec<Floats>;
using IntegerVector = hn::Vec<Integers>;
using FloatMask = hn::Mask<Floats>;

inline constexpr std::size_t kWidth = hn::MaxLanes(Floats());

// What was seen beside 0 and 1: bits of a number that is not ±0.
struct NonBinary {
  FloatVector seen;

  HWY_INLINE NonBinary() : seen(hn::Zero(Floats())) {}
  HWY_INLINE void Add(FloatVector v, FloatMask is_one) {
    seen = hn::Or(seen, hn::IfThenZeroElse(is_one, v));
  }
  HWY_INLINE bool Any() const { return !hn::AllTrue(Floats(), hn::Eq(seen, hn::Zero(Floats()))); }
};

HWY_INLINE FloatMask IsOne(FloatVector v) { return hn::Eq(v, hn::Set(Floats(), 1.0F)); }

// Up to a vector, 0 beyond `n`. Reads what stands behind where `end` allows.
HWY_INLINE FloatVector LoadShort(const float* from, std::size_t n, const float* end) {
  if (from + kWidth <= end) {
    return hn::IfThenElseZero(hn::FirstN(Floats(), n), hn::LoadU(Floats(), from));
  }
  float padded[kWidth] = {};
  std::memcpy(padded, from, n * sizeof(float));
  return hn::LoadU(Floats(), padded);
}

// Up to a vector. Overwrites what stands behind where `end` allows: places of groups to come.
HWY_INLINE void StoreShort(FloatVector v, float* to, std::size_t n, const float* end) {
  if (to + kWidth <= end) return hn::StoreU(v, Floats(), to);
  float padded[kWidth];
  hn::StoreU(v, Floats(), padded);
  std::memcpy(to, padded, n * sizeof(float));
}

// A group of any size; returns its ones. The vector that ends a large group overlaps the one
// before.
template <bool kSelect>
HWY_INLINE std::size_t OneGroup(const float* rewards, std::size_t n, const float* end,
                                const FloatPair* entries, float* out, const float* out_end,
                                NonBinary& rest) {
  const Floats d;
  if (n < kWidth) {
    const FloatVector v = LoadShort(rewards, n, end);
    const FloatMask is_one = IsOne(v);
    rest.Add(v, is_one);
    const std::size_t ones = hn::CountTrue(d, is_one);
    if constexpr (kSelect) {
      const FloatPair pair = entries[ones];
      StoreShort(hn::IfThenElse(is_one, hn::Set(d, pair.correct), hn::Set(d, pair.wrong)), out, n,
                 out_end);
    }
    return ones;
  }
  std::size_t ones = 0;
  std::size_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    const FloatVector v = hn::LoadU(d, rewards + i);
    const FloatMask is_one = IsOne(v);
    rest.Add(v, is_one);
    ones += hn::CountTrue(d, is_one);
  }
  if (i < n) {
    const FloatVector v = hn::LoadU(d, rewards + n - kWidth);
    const FloatMask is_one = IsOne(v);
    rest.Add(v, is_one);
    ones += hn::CountTrue(d, hn::And(is_one, hn::Not(hn::FirstN(d, kWidth - (n - i)))));
  }
  if constexpr (kSelect) {
    const FloatVector correct = hn::Set(d, entries[ones].correct);
    const FloatVector wrong = hn::Set(d, entries[ones].wrong);
    const auto select = [&](std::size_t at) HWY_ATTR {
      const FloatMask is_one = IsOne(hn::LoadU(d, rewards + at));
      hn::StoreU(hn::IfThenElse(is_one, correct, wrong), d, out + at);
    };
    for (i = 0; i + kWidth <= n; i += kWidth) select(i);
    if (i < n) select(n - kWidth);
  }
  return ones;
}

// kUniform: the groups are of one size, and where each stands is a product.
template <bool kSelect, bool kUniform>
HWY_INLINE void OneByOne(const TableTask& task, std::size_t begin, std::size_t end,
                         NonBinary& rest) {
  const GroupPlaces& groups = task.groups;
  const std::size_t n = groups.uniform_size();
  const float* rewards = groups.begin(0);
  float* out = task.out;
  const float* out_end = kSelect ? out + groups.responses() : nullptr;
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t at = kUniform ? i * n : groups.offset(i);
    const FloatPair* entries = kSelect ? task.tables[kUniform ? 0 : i] : nullptr;
    const std::size_t ones =
        OneGroup<kSelect>(rewards + at, kUniform ? n : groups.size(i), groups.end(), entries,
                          kSelect ? out + at : nullptr, out_end, rest);
    task.counts[i] = static_cast<std::uint32_t>(ones);
  }
}

// For lanes of groups of kSize side by side: in each lane the lane `step` further round its group.
template <std::size_t kSize>
HWY_INLINE auto RotatedLanes(std::size_t step) {
  HWY_ALIGN std::int32_t lanes[kWidth];
  for (std::size_t lane = 0; lane < kWidth; ++lane) {
    const std::size_t base = lane / kSize * kSize;
    const std::size_t to = base + (lane - base + step) % kSize;
    lanes[lane] = static_cast<std::int32_t>(to < kWidth ? to : 0);
  }
  return hn::SetTableIndices(Integers(), lanes);
}

// In every lane the ones of its group.
template <std::size_t kSize>
HWY_INLINE IntegerVector CountInLanes(FloatMask is_one) {
  const Integers di;
  const IntegerVector bits = hn::IfThenElseZero(hn::RebindMask(di, is_one), hn::Set(di, 1));
  IntegerVector counts = bits;
  std::size_t have = 1;
  for (; 2 * have <= kSize; have *= 2) {
    counts = hn::Add(counts, hn::TableLookupLanes(counts, RotatedLanes<kSize>(have)));
  }
  for (; have < kSize; ++have) {
    counts = hn::Add(counts, hn::TableLookupLanes(bits, RotatedLanes<kSize>(have)));
  }
  return counts;
}

// One value of the entries for each count, a vector of them.
template <std::size_t kSize>
HWY_INLINE FloatVector Values(const FloatPair* entries, float FloatPair::*side) {
  HWY_ALIGN float values[kWidth] = {};
  for (std::size_t c = 0; c <= kSize; ++c) values[c] = entries[c].*side;
  return hn::Load(Floats(), values);
}

// Small groups, as many at a time as a vector holds whole ones, if it holds two.
template <bool kSelect, std::size_t kSize>
HWY_INLINE void Together(const TableTask& task, std::size_t begin, std::size_t end,
                         NonBinary& rest) {
  if constexpr (2 * kSize <= kWidth) {
    const Floats d;
    const Integers di;
    constexpr std::size_t kGroups = kWidth / kSize;
    const FloatMask whole = hn::FirstN(d, kGroups * kSize);
    HWY_ALIGN std::int32_t first_lanes[kWidth];
    for (std::size_t i = 0; i < kWidth; ++i) {
      first_lanes[i] = static_cast<std::int32_t>(i < kGroups ? i * kSize : 0);
    }
    const auto first_of_group = hn::SetTableIndices(di, first_lanes);
    const float* rewards = task.groups.begin(0);
    FloatVector correct = hn::Zero(d);
    FloatVector wrong = hn::Zero(d);
    if constexpr (kSelect) {
      correct = Values<kSize>(task.tables[0], &FloatPair::correct);
      wrong = Values<kSize>(task.tables[0], &FloatPair::wrong);
    }
    // Whole vectors of rewards, of advantages and of counts stay within the arrays.
    for (; begin + kWidth <= end; begin += kGroups) {
      const std::size_t at = begin * kSize;
      const FloatVector v = hn::LoadU(d, rewards + at);
      const FloatMask is_one = IsOne(v);
      rest.Add(kGroups * kSize == kWidth ? v : hn::IfThenElseZero(whole, v), is_one);
      const IntegerVector counts = CountInLanes<kSize>(is_one);
      const auto of_groups = hn::TableLookupLanes(counts, first_of_group);
      hn::StoreU(hn::BitCast(hn::RebindToUnsigned<Integers>(), of_groups),
                 hn::RebindToUnsigned<Integers>(), task.counts + begin);
      if constexpr (kSelect) {
        const auto entry = hn::IndicesFromVec(d, counts);
        hn::StoreU(hn::IfThenElse(is_one, hn::TableLookupLanes(correct, entry),
                                  hn::TableLookupLanes(wrong, entry)),
                   d, task.out + at);
      }
    }
  }
  OneByOne<kSelect, true>(task, begin, end, rest);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
