#include "core/kernels/apply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/apply.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

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
HWY_INLINE Row Applied(const Row& rewards, const Row& slope, DoubleVector centre,
                       DoubleVector shift) {
  Row out;
  for (std::size_t p = 0; p < kParts; ++p) {
    out.part[p] = hn::Mul(slope.part[p], hn::Sub(hn::Sub(rewards.part[p], centre), shift));
  }
  return out;
}

HWY_INLINE void ApplyGroup(const float* rewards, std::size_t n, const float* end, const Affine& a,
                           float* out, const float* out_end) {
  const Row slope = Broadcast(a.slope);
  const DoubleVector centre = hn::Set(Doubles(), a.centre);
  const DoubleVector shift = hn::Set(Doubles(), a.shift);
  ForRows(n, [&](std::size_t i, std::size_t count) HWY_ATTR {
    const Row row = LoadUpTo(rewards + i, count, end);
    StoreUpTo(Applied(row, slope, centre, shift), out + i, count, out_end);
  });
}

// Groups one after the other: the row that ends a small group overwrites places of the next, which
// that one then fills.
void ApplyUniform(const float* rewards, std::size_t n, const Affine* groups, std::size_t count,
                  float* out) {
  const float* end = rewards + count * n;
  const float* out_end = out + count * n;
  for (std::size_t g = 0; g < count; ++g) {
    ApplyGroup(rewards + g * n, n, end, groups[g], out + g * n, out_end);
  }
}

void ApplyRagged(const float* rewards, const std::uint32_t* offsets, const Affine* groups,
                 std::size_t count, float* out) {
  const std::size_t first = offsets[0];
  const float* end = rewards + (offsets[count] - first);
  const float* out_end = out + (offsets[count] - first);
  for (std::size_t g = 0; g < count; ++g) {
    const std::size_t begin = offsets[g] - first;
    ApplyGroup(rewards + begin, offsets[g + 1] - offsets[g], end, groups[g], out + begin, out_end);
  }
}

// Outcomes as all bits set or clear, for a choice by lane.
HWY_INLINE hn::Mask<Doubles> Correct(const std::uint8_t* outcomes) {
  HWY_ALIGN double flags[kWidth];
  for (std::size_t lane = 0; lane < kWidth; ++lane) flags[lane] = outcomes[lane] != 0 ? 1 : 0;
  return hn::Ne(hn::Load(Doubles(), flags), hn::Zero(Doubles()));
}

HWY_INLINE Row Choose(const std::uint8_t* outcomes, std::size_t count, double correct,
                      double wrong) {
  std::uint8_t padded[kLanes] = {};
  std::memcpy(padded, outcomes, count);
  Row row;
  for (std::size_t p = 0; p < kParts; ++p) {
    row.part[p] = hn::IfThenElse(Correct(padded + p * kWidth), hn::Set(Doubles(), correct),
                                 hn::Set(Doubles(), wrong));
  }
  return row;
}

void ApplyByOutcome(const float* rewards, const std::uint8_t* outcomes, std::size_t n,
                    double slope_correct, double slope_wrong, double centre, double shift,
                    float* out) {
  const DoubleVector centres = hn::Set(Doubles(), centre);
  const DoubleVector shifts = hn::Set(Doubles(), shift);
  ForRows(n, [&](std::size_t i, std::size_t count) HWY_ATTR {
    const Row slope = Choose(outcomes + i, count, slope_correct, slope_wrong);
    const Row row = LoadUpTo(rewards + i, count, rewards + n);
    StoreUpTo(Applied(row, slope, centres, shifts), out + i, count, out + n);
  });
}

using AllFloats = hn::ScalableTag<float>;

void SelectReward(const float* rewards, std::size_t n, float correct, float wrong, float* out) {
  const AllFloats d;
  constexpr std::size_t kStep = hn::MaxLanes(AllFloats());
  std::size_t i = 0;
  for (; i + kStep <= n; i += kStep) {
    const auto is_one = hn::Eq(hn::LoadU(d, rewards + i), hn::Set(d, 1.0F));
    hn::StoreU(hn::IfThenElse(is_one, hn::Set(d, correct), hn::Set(d, wrong)), d, out + i);
  }
  for (; i < n; ++i) out[i] = rewards[i] == 1 ? correct : wrong;
}

// Left to the compiler, which knows vectors of bytes as well as anyone.
void SelectOutcome(const std::uint8_t* outcomes, std::size_t n, float correct, float wrong,
                   float* out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = outcomes[i] != 0 ? correct : wrong;
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

HWY_EXPORT(ApplyUniform);
HWY_EXPORT(ApplyRagged);
HWY_EXPORT(ApplyByOutcome);
HWY_EXPORT(SelectReward);
HWY_EXPORT(SelectOutcome);
HWY_EXPORT(RoundAll);
HWY_EXPORT(FindNonFinite);

void SelectByReward(std::span<const float> rewards, float correct, float wrong,
                    std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(SelectReward)(rewards.data(), rewards.size(), correct, wrong, out.data());
}

void SelectByOutcome(std::span<const std::uint8_t> outcomes, float correct, float wrong,
                     std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(SelectOutcome)
  (outcomes.data(), outcomes.size(), correct, wrong, out.data());
}

void ApplyAffine(std::span<const float> rewards, double slope, double centre, double shift,
                 std::span<float> out) {
  const Affine group{slope, centre, shift};
  HWY_DYNAMIC_DISPATCH(ApplyUniform)(rewards.data(), rewards.size(), &group, 1, out.data());
}

void ApplyAffineByOutcome(std::span<const float> rewards, std::span<const std::uint8_t> outcomes,
                          double slope_correct, double slope_wrong, double centre, double shift,
                          std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(ApplyByOutcome)
  (rewards.data(), outcomes.data(), rewards.size(), slope_correct, slope_wrong, centre, shift,
   out.data());
}

void ApplyGroups(std::span<const float> rewards, std::uint32_t n, std::span<const Affine> groups,
                 std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(ApplyUniform)
  (rewards.data(), n, groups.data(), groups.size(), out.data());
}

void ApplyGroups(std::span<const float> rewards, std::span<const std::uint32_t> offsets,
                 std::span<const Affine> groups, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(ApplyRagged)
  (rewards.data(), offsets.data(), groups.data(), groups.size(), out.data());
}

void Round(std::span<const double> values, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(RoundAll)(values.data(), values.size(), out.data());
}

std::size_t FirstNonFinite(std::span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(FindNonFinite)(values.data(), values.size());
}

}  // namespace advantaged
#endif  // HWY_ONCE
