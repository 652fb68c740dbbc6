// Eight rewards at a time, in double: the row in which the one summation order (lane_sum.h) adds.
// Included by the sources of kernels, once for each target.
//
// A row is 8 lanes, whatever the width of a vector: one vector of 8 doubles, two of 4, four of 2,
// eight of 1. What remains of a group after its whole rows is a row padded with +0, which leaves
// lanes that started at +0 as they are.
#if defined(ADVANTAGED_CORE_KERNELS_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ADVANTAGED_CORE_KERNELS_ROWS_INL_H_
#undef ADVANTAGED_CORE_KERNELS_ROWS_INL_H_
#else
#define ADVANTAGED_CORE_KERNELS_ROWS_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstring>

#include "core/kernels/lane_sum.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::CappedTag<double, kLanes>;
using Floats = hn::Rebind<float, Doubles>;
using DoubleVector = hn::Vec<Doubles>;

inline constexpr std::size_t kWidth = hn::MaxLanes(Doubles());  // of a vector of doubles
inline constexpr std::size_t kParts = kLanes / kWidth;          // vectors of a row

// Asks for a line of memory that is due some rows later: so much is computed between one group and
// the next that the processor would begin to read or own it too late. What stands behind the end is
// asked for too, which does no harm.
HWY_INLINE void PrefetchAhead(const float* row) {
  constexpr std::size_t kAhead = 512;  // floats
  hwy::Prefetch(row + kAhead);
}

struct Row {
  DoubleVector part[kParts];
};

// Which lanes of a row are there.
struct RowMask {
  hn::Mask<Doubles> part[kParts];
};

HWY_INLINE RowMask FirstOfRow(std::size_t count) {
  RowMask mask;
  for (std::size_t p = 0; p < kParts; ++p) {
    const std::size_t before = p * kWidth;
    mask.part[p] = hn::FirstN(Doubles(), count > before ? HWY_MIN(count - before, kWidth) : 0);
  }
  return mask;
}

HWY_INLINE Row Broadcast(double value) {
  Row row;
  for (std::size_t p = 0; p < kParts; ++p) row.part[p] = hn::Set(Doubles(), value);
  return row;
}

HWY_INLINE Row LoadRow(const float* from) {
  Row row;
  for (std::size_t p = 0; p < kParts; ++p) {
    row.part[p] = hn::PromoteTo(Doubles(), hn::LoadU(Floats(), from + p * kWidth));
  }
  return row;
}

// A row of `count` < 8, the other lanes unspecified. Reads what stands behind it where `end`
// allows.
HWY_INLINE Row LoadShortRow(const float* from, std::size_t count, const float* end) {
  if (from + kLanes <= end) return LoadRow(from);
  float padded[kLanes] = {};
  std::memcpy(padded, from, count * sizeof(float));
  return LoadRow(padded);
}

HWY_INLINE Row Minus(Row a, const Row& b) {
  for (std::size_t p = 0; p < kParts; ++p) a.part[p] = hn::Sub(a.part[p], b.part[p]);
  return a;
}

HWY_INLINE Row ZeroUnless(const RowMask& mask, Row row) {
  for (std::size_t p = 0; p < kParts; ++p) {
    row.part[p] = hn::IfThenElseZero(mask.part[p], row.part[p]);
  }
  return row;
}

// Rounds to the nearest float; beyond float32 becomes infinite, where Highway's plain targets would
// take the largest float.
HWY_INLINE hn::Vec<Floats> Narrowed(DoubleVector v) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  HWY_ALIGN double wide[kWidth];
  HWY_ALIGN float narrow[kWidth];
  hn::Store(v, Doubles(), wide);
  for (std::size_t lane = 0; lane < kWidth; ++lane) narrow[lane] = static_cast<float>(wide[lane]);
  return hn::Load(Floats(), narrow);
#else
  return hn::DemoteTo(Floats(), v);
#endif
}

// The one rounding of a result. Adding +0 turns −0 into 0: nobody wants to read "-0".
HWY_INLINE void StoreRounded(const Row& row, float* to) {
  for (std::size_t p = 0; p < kParts; ++p) {
    hn::StoreU(hn::Add(Narrowed(row.part[p]), hn::Zero(Floats())), Floats(), to + p * kWidth);
  }
}

// A row of `count` < 8. Overwrites what stands behind it where `end` allows.
HWY_INLINE void StoreShortRounded(const Row& row, float* to, std::size_t count, const float* end) {
  if (to + kLanes <= end) return StoreRounded(row, to);
  float padded[kLanes];
  StoreRounded(row, padded);
  std::memcpy(to, padded, count * sizeof(float));
}

struct AddLanes {
  HWY_INLINE DoubleVector operator()(DoubleVector a, DoubleVector b) const { return hn::Add(a, b); }
};

// The trees ((0+1)+(2+3))+((4+5)+(6+7)) of kWidth rows at once, the result of row i in lane i.
// Transposed on the way down, so that every addition works in all lanes. `op` is commutative.
template <class Op = AddLanes>
HWY_INLINE DoubleVector Trees(const Row (&rows)[kWidth], Op op = {}) {
#if HWY_TARGET == HWY_SCALAR
  const DoubleVector* s = rows[0].part;
  return op(op(op(s[0], s[1]), op(s[2], s[3])), op(op(s[4], s[5]), op(s[6], s[7])));
#else
  const Doubles d;
  DoubleVector parts[kParts];
  for (std::size_t p = 0; p < kParts; ++p) {
    // Neighbouring lanes: [a0+a1, b0+b1, a2+a3, b2+b3, …] of rows a and b.
    DoubleVector pairs[kWidth / 2];
    for (std::size_t i = 0; i < kWidth / 2; ++i) {
      const DoubleVector a = rows[2 * i].part[p];
      const DoubleVector b = rows[2 * i + 1].part[p];
      pairs[i] = op(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
    }
    if constexpr (kWidth == 8) {
      // Neighbouring blocks of two lanes: [ab, cd, ab', cd'].
      for (std::size_t i = 0; i < 2; ++i) {
        const DoubleVector ab = pairs[2 * i];
        const DoubleVector cd = pairs[2 * i + 1];
        pairs[i] = op(hn::OddEvenBlocks(hn::SwapAdjacentBlocks(cd), ab),
                      hn::OddEvenBlocks(cd, hn::SwapAdjacentBlocks(ab)));
      }
    }
    if constexpr (kWidth == 2) {
      parts[p] = pairs[0];
    } else {
      parts[p] = op(hn::ConcatLowerLower(d, pairs[1], pairs[0]),
                    hn::ConcatUpperUpper(d, pairs[1], pairs[0]));
    }
  }
  if constexpr (kParts == 4) return op(op(parts[0], parts[1]), op(parts[2], parts[3]));
  if constexpr (kParts == 2) return op(parts[0], parts[1]);
  return parts[0];
#endif
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
