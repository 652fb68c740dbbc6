// The affine form on rows of eight (rows-inl.h): slope · ((r − centre) − shift), rounded once.
#if defined(ADVANTAGED_CORE_KERNELS_APPLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ADVANTAGED_CORE_KERNELS_APPLY_INL_H_
#undef ADVANTAGED_CORE_KERNELS_APPLY_INL_H_
#else
#define ADVANTAGED_CORE_KERNELS_APPLY_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "core/kernels/apply.h"
#include "core/kernels/group_places.h"
#include "core/kernels/moment_arrays.h"
#include "core/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

// Calls row(i, 8) for whole rows, then row(i, rest) for what remains.
template <class Function>
HWY_INLINE void ForRows(std::size_t n, Function row) {
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) row(i, kLanes);
  if (i < n) row(i, n - i);
}

HWY_INLINE Row LoadUpTo(const float* from, std::size_t count, const float* end) {
  return count == kLanes ? LoadRow(from) : LoadShortRow(from, count, end);
}

HWY_INLINE void StoreUpTo(const Row& row, float* to, std::size_t count, const float* end) {
  count == kLanes ? StoreRounded(row, to) : StoreShortRounded(row, to, count, end);
}

// slope · ((r − centre) − shift)
HWY_INLINE Row Applied(const Row& rewards, const Row& slope, const Row& centre, const Row& shift) {
  Row out;
  for (std::size_t p = 0; p < kParts; ++p) {
    out.part[p] =
        hn::Mul(slope.part[p], hn::Sub(hn::Sub(rewards.part[p], centre.part[p]), shift.part[p]));
  }
  return out;
}

HWY_INLINE void ApplyGroup(const float* rewards, std::size_t n, const float* end, const Affine& a,
                           float* out, const float* out_end) {
  const Row slope = Broadcast(a.slope);
  const Row centre = Broadcast(a.centre);
  const Row shift = Broadcast(a.shift);
  ForRows(n, [&](std::size_t i, std::size_t count) HWY_ATTR {
    PrefetchAhead(out + i);
    const Row row = LoadUpTo(rewards + i, count, end);
    StoreUpTo(Applied(row, slope, centre, shift), out + i, count, out_end);
  });
}

// The numbers that belong to the lanes of part p of a row, of the groups of N from `first` on that
// stand in the row.
template <std::size_t N>
HWY_INLINE DoubleVector OfLanes(const double* first, std::size_t p) {
  const Doubles d;
  if constexpr (N >= kWidth) {
    return hn::Set(d, first[p * kWidth / N]);
  } else {
    HWY_ALIGN hn::TFromD<hn::RebindToSigned<Doubles>> group[kWidth];
    for (std::size_t lane = 0; lane < kWidth; ++lane) {
      group[lane] = static_cast<std::int64_t>(lane / N);
    }
    return hn::TableLookupLanes(hn::LoadU(d, first + p * kWidth / N),
                                hn::SetTableIndices(d, group));
  }
}

// Groups first … last−1 of N, a power of two: rows of several groups, or groups of several rows.
// Returns the first group that is left: what fills no row.
template <std::size_t N>
HWY_INLINE std::size_t ApplyNarrow(const GroupPlaces& groups, std::size_t first, std::size_t last,
                                   AffineArrays affine, float* out) {
  constexpr std::size_t kStep = HWY_MAX(kLanes / N, 1);  // groups
  const float* rewards = groups.begin(first);
  out += groups.offset(first);
  for (; first + kStep <= last; first += kStep) {
    Row slope;
    Row centre;
    Row shift;
    for (std::size_t p = 0; p < kParts; ++p) {
      slope.part[p] = OfLanes<N>(affine.slope + first, p);
      centre.part[p] = OfLanes<N>(affine.centre + first, p);
      shift.part[p] = OfLanes<N>(affine.shift + first, p);
    }
    for (std::size_t i = 0; i < kStep * N; i += kLanes) {
      PrefetchAhead(out + i);
      StoreRounded(Applied(LoadRow(rewards + i), slope, centre, shift), out + i);
    }
    rewards += kStep * N;
    out += kStep * N;
  }
  return first;
}

// Groups first … last−1, one after the other: the row that ends a small group overwrites places of
// the next, which that one then fills. `out` is not where the rewards are.
HWY_INLINE void ApplyGroups(const GroupPlaces& groups, std::size_t first, std::size_t last,
                            const AffineArrays& affine, float* out) {
  const std::size_t n = groups.uniform_size();
  std::size_t g = first;
  if (n == 2) g = ApplyNarrow<2>(groups, first, last, affine, out);
  if (n == 4) g = ApplyNarrow<4>(groups, first, last, affine, out);
  if (n == 8) g = ApplyNarrow<8>(groups, first, last, affine, out);
  if (n == 16) g = ApplyNarrow<16>(groups, first, last, affine, out);
  const float* out_end = out + (groups.end() - groups.begin(0));
  for (; g < last; ++g) {
    ApplyGroup(groups.begin(g), groups.size(g), groups.end(),
               {affine.slope[g], affine.centre[g], affine.shift[g]}, out + groups.offset(g),
               out_end);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
