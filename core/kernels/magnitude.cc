#include "core/kernels/magnitude.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/magnitude.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

#include "core/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

HWY_INLINE Row LoadLanes(const MagnitudeSums::Lanes& lanes) {
  Row row;
  for (std::size_t p = 0; p < kParts; ++p) {
    row.part[p] = hn::LoadU(Doubles(), lanes.data() + p * kWidth);
  }
  return row;
}

HWY_INLINE void StoreLanes(const Row& row, MagnitudeSums::Lanes& lanes) {
  for (std::size_t p = 0; p < kParts; ++p) {
    hn::StoreU(row.part[p], Doubles(), lanes.data() + p * kWidth);
  }
}

void Magnitudes(const float* advantages, std::size_t n, double origin, MagnitudeSums& sums) {
  const Doubles d;
  Row distance = LoadLanes(sums.distance);
  Row squares = LoadLanes(sums.squares);
  Row maximum = LoadLanes(sums.maximum);
  Row positive = LoadLanes(sums.positive);
  Row negative = LoadLanes(sums.negative);
  const DoubleVector centre = hn::Set(d, origin);
  const auto add = [&](const Row& row, const RowMask& mask) HWY_ATTR {
    for (std::size_t p = 0; p < kParts; ++p) {
      const DoubleVector magnitude = hn::Abs(row.part[p]);
      const DoubleVector x = hn::IfThenElseZero(mask.part[p], hn::Sub(magnitude, centre));
      const auto above = hn::Gt(row.part[p], hn::Zero(d));
      distance.part[p] = hn::Add(distance.part[p], x);
      squares.part[p] = hn::Add(squares.part[p], hn::Mul(x, x));
      maximum.part[p] = hn::Max(maximum.part[p], magnitude);
      positive.part[p] = hn::Add(positive.part[p], hn::IfThenElseZero(above, magnitude));
      negative.part[p] = hn::Add(negative.part[p], hn::IfThenZeroElse(above, magnitude));
    }
  };
  const RowMask all = FirstOfRow(kLanes);
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) add(LoadRow(advantages + i), all);
  // With zeros beyond the end, which add nothing but their distance.
  if (i < n) add(LoadShortRow(advantages + i, n - i, advantages + n), FirstOfRow(n - i));
  StoreLanes(distance, sums.distance);
  StoreLanes(squares, sums.squares);
  StoreLanes(maximum, sums.maximum);
  StoreLanes(positive, sums.positive);
  StoreLanes(negative, sums.negative);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(Magnitudes);

void AddMagnitudes(std::span<const float> advantages, double origin, MagnitudeSums& sums) {
  HWY_DYNAMIC_DISPATCH(Magnitudes)(advantages.data(), advantages.size(), origin, sums);
}

}  // namespace advantaged
#endif  // HWY_ONCE
