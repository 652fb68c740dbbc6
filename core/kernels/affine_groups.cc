#include "core/kernels/affine_groups.h"

#include <algorithm>

#include "core/kernels/affine_task.h"
#include "core/kernels/moment_arrays.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/affine_groups.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

#include "core/kernels/apply-inl.h"
#include "core/kernels/group_moments-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

// The one place that knows what the slopes are.
HWY_INLINE DoubleVector Slope(const AffineRule& rule, DoubleVector n,
                              DoubleVector centred_squares) {
  const Doubles d;
  const DoubleVector one = hn::Set(d, 1.0);
  switch (rule.slope) {
    case AffineRule::Slope::kLeaveOneOut:
      return hn::Div(n, hn::Sub(n, one));
    case AffineRule::Slope::kDeviation: {
      const DoubleVector variance = hn::Div(centred_squares, hn::Sub(n, hn::Set(d, rule.ddof)));
      return hn::Div(one, hn::Add(hn::Sqrt(variance), hn::Set(d, rule.epsilon)));
    }
    case AffineRule::Slope::kOne:
      break;
  }
  return one;
}

double SingleSlope(const AffineRule& rule, const Moments& moments) {
  const Doubles d;
  return hn::GetLane(Slope(rule, hn::Set(d, moments.n), hn::Set(d, moments.centred_squares)));
}

// Groups first … last−1, in whole vectors.
HWY_INLINE void Slopes(const AffineTask& task, std::size_t first, std::size_t last) {
  const Doubles d;
  const AffineRule rule = task.rule;
  const MomentArrays moments = task.moments;
  const double* centres = task.centre;
  const double* shifts = task.shift;
  const DoubleVector absolute = hn::Set(d, task.constant.absolute);
  const DoubleVector relative = hn::Set(d, task.constant.relative);
  double* slopes = task.slope;
  float* least = task.least;
  float* greatest = task.greatest;
  for (std::size_t g = first; g < last; g += kWidth) {
    const DoubleVector minimum = hn::PromoteTo(d, hn::LoadU(Floats(), moments.minimum + g));
    const DoubleVector maximum = hn::PromoteTo(d, hn::LoadU(Floats(), moments.maximum + g));
    const DoubleVector magnitudes = hn::Add(hn::Abs(maximum), hn::Abs(minimum));
    const DoubleVector allowed = hn::Add(absolute, hn::Mul(relative, magnitudes));
    const auto constant = hn::Le(hn::Sub(maximum, minimum), allowed);
    const DoubleVector slope = hn::IfThenZeroElse(
        constant,
        Slope(rule, hn::LoadU(d, moments.n + g), hn::LoadU(d, moments.centred_squares + g)));
    hn::StoreU(slope, d, slopes + g);
    const DoubleVector centre = hn::LoadU(d, centres + g);
    const DoubleVector shift = hn::LoadU(d, shifts + g);
    const auto advantage = [&](DoubleVector reward) HWY_ATTR {
      return Narrowed(hn::Mul(slope, hn::Sub(hn::Sub(reward, centre), shift)));
    };
    hn::StoreU(advantage(minimum), Floats(), least + g);
    hn::StoreU(advantage(maximum), Floats(), greatest + g);
  }
}

// Some groups at a time, so that their rewards are in the cache for the second and third look, and
// reading and writing memory take turns.
void ComputeAffine(const AffineTask& task) {
  constexpr std::size_t kRewards = 256;
  const std::size_t n = std::max<std::size_t>(task.groups.uniform_size(), 1);
  const std::size_t step = hwy::RoundUpTo(std::max<std::size_t>(kRewards / n, 1), kWidth);
  for (std::size_t first = task.first; first < task.last; first += step) {
    const std::size_t last = std::min(first + step, task.last);
    if (task.look) MomentsOf(task.groups, first, last, task.moments);
    Slopes(task, first, last);
    ApplyGroups(task.groups, first, last, {task.slope, task.centre, task.shift}, task.out);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(SingleSlope);
HWY_EXPORT(ComputeAffine);

Affine AffineOf(const AffineRule& rule, const Moments& moments) {
  const double slope = HWY_DYNAMIC_DISPATCH(SingleSlope)(rule, moments);
  if (rule.baseline == AffineRule::Baseline::kZero) return {slope, 0, 0};
  return {slope, moments.mean, moments.residual};
}

void AffineGroups::Look(const GroupPlaces& groups) {
  Reserve(groups);
  moments_.Compute(groups);
}

void AffineGroups::LookAndApply(const GroupPlaces& groups, const AffineRule& rule,
                                const ConstantRule& constant, std::span<float> advantages) {
  Reserve(groups);
  Compute(groups, 0, groups.count(), true, rule, constant, advantages);
}

void AffineGroups::Apply(const GroupPlaces& groups, std::size_t first, std::size_t last,
                         const AffineRule& rule, const ConstantRule& constant,
                         std::span<float> advantages) {
  Compute(groups, first, last, false, rule, constant, advantages);
}

void AffineGroups::Reserve(const GroupPlaces& groups) {
  arrays_ = moments_.Reserve(groups);
  const std::size_t padded = PaddedCount(groups.count());
  slope_.resize(padded);
  zeros_.resize(padded);
  least_.resize(padded);
  greatest_.resize(padded);
}

void AffineGroups::Compute(const GroupPlaces& groups, std::size_t first, std::size_t last,
                           bool look, const AffineRule& rule, const ConstantRule& constant,
                           std::span<float> advantages) {
  const bool around_mean = rule.baseline == AffineRule::Baseline::kMean;
  HWY_DYNAMIC_DISPATCH(ComputeAffine)
  ({.groups = groups,
    .first = first,
    .last = last,
    .look = look,
    .rule = rule,
    .constant = constant,
    .moments = arrays_,
    .centre = around_mean ? arrays_.mean : zeros_.data(),
    .shift = around_mean ? arrays_.residual : zeros_.data(),
    .slope = slope_.data(),
    .least = least_.data(),
    .greatest = greatest_.data(),
    .out = advantages.data()});
}

}  // namespace advantaged
#endif  // HWY_ONCE
