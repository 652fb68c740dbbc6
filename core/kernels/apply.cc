#include "core/kernels/apply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/apply.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

#include "core/kernels/apply-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

void ApplyOne(const float* rewards, std::size_t n, const Affine& a, float* out) {
  ApplyGroup(rewards, n, rewards + n, a, out, out + n);
}

HWY_INLINE Row Choose(const Row& outcomes, double correct, double wrong) {
  const Doubles d;
  Row row;
  for (std::size_t p = 0; p < kParts; ++p) {
    row.part[p] = hn::IfThenElse(hn::Ne(outcomes.part[p], hn::Zero(d)), hn::Set(d, correct),
                                 hn::Set(d, wrong));
  }
  return row;
}

void ApplyByOutcome(const float* rewards, const float* outcomes, std::size_t n,
                    double slope_correct, double slope_wrong, double centre, double shift,
                    float* out) {
  const Row centres = Broadcast(centre);
  const Row shifts = Broadcast(shift);
  ForRows(n, [&](std::size_t i, std::size_t count) HWY_ATTR {
    const Row slope =
        Choose(LoadUpTo(outcomes + i, count, outcomes + n), slope_correct, slope_wrong);
    const Row row = LoadUpTo(rewards + i, count, rewards + n);
    StoreUpTo(Applied(row, slope, centres, shifts), out + i, count, out + n);
  });
}

using AllFloats = hn::ScalableTag<float>;

void SelectOne(const float* rewards, std::size_t n, float correct, float wrong, float* out) {
  const AllFloats d;
  constexpr std::size_t kStep = hn::MaxLanes(AllFloats());
  std::size_t i = 0;
  for (; i + kStep <= n; i += kStep) {
    const auto is_one = hn::Eq(hn::LoadU(d, rewards + i), hn::Set(d, 1.0F));
    hn::StoreU(hn::IfThenElse(is_one, hn::Set(d, correct), hn::Set(d, wrong)), d, out + i);
  }
  for (; i < n; ++i) out[i] = rewards[i] == 1 ? correct : wrong;
}

void RoundAll(const double* values, std::size_t n, float* out) {
  std::size_t i = 0;
  for (; i + kWidth <= n; i += kWidth) {
    const auto narrow = Narrowed(hn::LoadU(Doubles(), values + i));
    hn::StoreU(hn::Add(narrow, hn::Zero(Floats())), Floats(), out + i);
  }
  for (; i < n; ++i) out[i] = static_cast<float>(values[i]) + 0.0F;
}

std::size_t FindNonFinite(const float* values, std::size_t n) {
  const AllFloats d;
  constexpr std::size_t kStep = hn::MaxLanes(AllFloats());
  constexpr std::size_t kLook = 16 * kStep;  // between looks at what was seen
  // The difference of a finite value to itself is 0, of another NaN.
  const auto difference = [&](std::size_t i) HWY_ATTR {
    const auto v = hn::LoadU(d, values + i);
    return hn::Sub(v, v);
  };
  std::size_t i = 0;
  for (; i + kLook <= n; i += kLook) {
    auto seen = difference(i);
    for (std::size_t j = kStep; j < kLook; j += kStep) seen = hn::Or(seen, difference(i + j));
    if (!hn::AllTrue(d, hn::Eq(seen, hn::Zero(d)))) break;
  }
  while (i < n && values[i] - values[i] == 0) ++i;
  return i;
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(ApplyOne);
HWY_EXPORT(ApplyByOutcome);
HWY_EXPORT(SelectOne);
HWY_EXPORT(RoundAll);
HWY_EXPORT(FindNonFinite);

void SelectPair(std::span<const float> rewards, float correct, float wrong, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(SelectOne)(rewards.data(), rewards.size(), correct, wrong, out.data());
}

void ApplyAffine(std::span<const float> rewards, double slope, double centre, double shift,
                 std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(ApplyOne)
  (rewards.data(), rewards.size(), {slope, centre, shift}, out.data());
}

void ApplyAffineByOutcome(std::span<const float> rewards, std::span<const float> outcomes,
                          double slope_correct, double slope_wrong, double centre, double shift,
                          std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(ApplyByOutcome)
  (rewards.data(), outcomes.data(), rewards.size(), slope_correct, slope_wrong, centre, shift,
   out.data());
}

void ToFloat32(std::span<const double> values, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(RoundAll)(values.data(), values.size(), out.data());
}

std::size_t FirstNonFinite(std::span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(FindNonFinite)(values.data(), values.size());
}

}  // namespace advantaged
#endif  // HWY_ONCE
