#include "core/kernels/rank.h"

#include <cstddef>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/rank.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;     // of groups abreast
using OneDouble = hn::CappedTag<double, 1>;  // of a group alone

// A CarriedSum in each lane.
template <class D>
struct CarriedSums {
  hn::Vec<D> high;
  hn::Vec<D> low;

  HWY_INLINE CarriedSums() : high(hn::Zero(D())), low(hn::Zero(D())) {}
  HWY_INLINE void Add(hn::Vec<D> x) {
    const auto sum = hn::Add(high, x);
    const auto part = hn::Sub(sum, high);
    low = hn::Add(low, hn::Add(hn::Sub(high, hn::Sub(sum, part)), hn::Sub(x, part)));
    high = sum;
  }
  HWY_INLINE hn::Vec<D> Value() const { return hn::Add(high, low); }
};

template <class D, bool kOwn>
HWY_INLINE void SumInLanes(D d, const RankSums& a) {
  constexpr std::size_t kWidth = hn::MaxLanes(D());
  CarriedSums<D> before;
  for (std::size_t i = 0; i < a.passed.size(); ++i) {
    const std::size_t rank = a.from == From::kTop ? a.passed.size() - 1 - i : i;
    const auto term = hn::LoadU(d, a.terms.data() + rank * kWidth);
    CarriedSums<D> sum = before;
    if constexpr (kOwn) sum.Add(hn::Mul(hn::Set(d, a.own[rank]), term));
    hn::StoreU(sum.Value(), d, a.sum.data() + rank * kWidth);
    before.Add(hn::Mul(hn::Set(d, a.passed[rank]), term));
  }
}

void SumsByRank(const RankSums& a) {
  const auto in_lanes = [&](auto d) HWY_ATTR {
    a.own.empty() ? SumInLanes<decltype(d), false>(d, a) : SumInLanes<decltype(d), true>(d, a);
  };
  a.width == 1 ? in_lanes(OneDouble()) : in_lanes(Doubles());
}

template <class D>
HWY_INLINE void ScatterLanes(D d, const Ranked& sorted, const double* value_of_rank, double scale,
                             double* out) {
  constexpr std::size_t kWidth = hn::MaxLanes(D());
  auto value = hn::Zero(d);
  auto reward_above = hn::NaN(d);  // unlike every reward
  for (std::size_t rank = sorted.n; rank-- > 0;) {
    const std::size_t at = rank * kWidth;
    const auto reward = hn::LoadU(d, sorted.reward.data() + at);
    const auto of_rank = hn::Mul(hn::LoadU(d, value_of_rank + at), hn::Set(d, scale));
    value = hn::IfThenElse(hn::Eq(reward, reward_above), value, of_rank);
    reward_above = reward;
    HWY_ALIGN double lanes[kWidth];
    hn::Store(value, d, lanes);
    const std::uint32_t* place = sorted.place.data() + at;
    if (sorted.groups == kWidth) {
      for (std::size_t group = 0; group < kWidth; ++group) out[place[group]] = lanes[group];
    } else {
      for (std::size_t group = 0; group < sorted.groups; ++group) out[place[group]] = lanes[group];
    }
  }
}

void Scatter(const Ranked& sorted, const double* value_of_rank, double scale, double* out) {
  sorted.width == 1 ? ScatterLanes(OneDouble(), sorted, value_of_rank, scale, out)
                    : ScatterLanes(Doubles(), sorted, value_of_rank, scale, out);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(SumsByRank);
HWY_EXPORT(Scatter);

void SumByRank(const RankSums& sums) { HWY_DYNAMIC_DISPATCH(SumsByRank)(sums); }

void ScatterByRank(const Ranked& sorted, std::span<const double> value_of_rank, double scale,
                   std::span<double> out) {
  HWY_DYNAMIC_DISPATCH(Scatter)(sorted, value_of_rank.data(), scale, out.data());
}

}  // namespace advantaged
#endif  // HWY_ONCE
