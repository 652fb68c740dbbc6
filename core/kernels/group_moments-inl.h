// Moments of many groups: of small ones of the usual sizes, powers of two, with a group in each
// lane; of others by moments-inl.h.
//
// In a row of a small group most of the work would be what happens across lanes: the tree of each
// sum. Here the same element of many groups fills a vector, so a tree is plain additions.
#if defined(ADVANTAGED_CORE_KERNELS_GROUP_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ADVANTAGED_CORE_KERNELS_GROUP_MOMENTS_INL_H_
#undef ADVANTAGED_CORE_KERNELS_GROUP_MOMENTS_INL_H_
#else
#define ADVANTAGED_CORE_KERNELS_GROUP_MOMENTS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "core/kernels/moments-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR
// As many floats as two vectors of doubles have lanes.
using Across = hn::CappedTag<float, 2 * kLanes>;
using AcrossVector = hn::Vec<Across>;

inline constexpr std::size_t kAcross = hn::MaxLanes(Across());
static_assert(kAcross == 2 * kWidth && kAcross <= kGroupsAtOnce);

// Four floats from each of several places `stride` apart, the first place in the lowest lanes.
template <class D>
HWY_INLINE hn::Vec<D> LoadFours(D d, const float* from, std::size_t stride) {
  if constexpr (hn::MaxLanes(D()) == 4) {
    return hn::LoadU(d, from);
  } else {
    const hn::Half<D> half;
    const std::size_t places = hn::MaxLanes(half) / 4;
    return hn::Combine(d, LoadFours(half, from + places * stride, stride),
                       LoadFours(half, from, stride));
  }
}

// kAcross groups of N side by side: element i of all of them to columns[i · kAcross …].
template <std::size_t N>
HWY_INLINE void StoreColumns(const float* rewards, float* columns) {
  const Across d;
  if constexpr (N == 2) {
    AcrossVector a;
    AcrossVector b;
    hn::LoadInterleaved2(d, rewards, a, b);
    hn::Store(a, d, columns);
    hn::Store(b, d, columns + kAcross);
  } else {
    const hn::Repartition<double, Across> pairs;
    for (std::size_t i = 0; i < N; i += 4) {
      // Blocks of four lanes: of groups 0, 4, 8, 12; of 1, 5, 9, 13; …
      const AcrossVector a = LoadFours(d, rewards + i, 4 * N);
      const AcrossVector b = LoadFours(d, rewards + i + N, 4 * N);
      const AcrossVector c = LoadFours(d, rewards + i + 2 * N, 4 * N);
      const AcrossVector e = LoadFours(d, rewards + i + 3 * N, 4 * N);
      const auto low_ab = hn::BitCast(pairs, hn::InterleaveLower(d, a, b));
      const auto low_ce = hn::BitCast(pairs, hn::InterleaveLower(d, c, e));
      const auto high_ab = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
      const auto high_ce = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
      float* to = columns + i * kAcross;
      hn::Store(hn::BitCast(d, hn::InterleaveLower(pairs, low_ab, low_ce)), d, to);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(pairs, low_ab, low_ce)), d, to + kAcross);
      hn::Store(hn::BitCast(d, hn::InterleaveLower(pairs, high_ab, high_ce)), d, to + 2 * kAcross);
      hn::Store(hn::BitCast(d, hn::InterleaveUpper(pairs, high_ab, high_ce)), d, to + 3 * kAcross);
    }
  }
}

// The tree over neighbours.
template <std::size_t N>
HWY_INLINE DoubleVector Tree(const DoubleVector* lanes) {
  if constexpr (N == 1) {
    return lanes[0];
  } else {
    return hn::Add(Tree<N / 2>(lanes), Tree<N / 2>(lanes + N / 2));
  }
}

// The sum over a group of N in the order of lane_sum.h. Lanes begin with their first term instead
// of +0, which differs where all terms are −0 only; adding +0 at the end mends that.
template <std::size_t N>
HWY_INLINE DoubleVector SumOfTerms(const DoubleVector (&terms)[N]) {
  constexpr std::size_t kUsed = HWY_MIN(N, kLanes);
  DoubleVector lanes[kUsed];
  for (std::size_t i = 0; i < kUsed; ++i) lanes[i] = terms[i];
  for (std::size_t i = kUsed; i < N; ++i) lanes[i % kLanes] = hn::Add(lanes[i % kLanes], terms[i]);
  return hn::Add(Tree<kUsed>(lanes), hn::Zero(Doubles()));
}

// Groups g … g+kWidth−1, whose element i is at columns[i · kAcross …].
//
// N is a power of two, so a division by N is the multiplication with its inverse, unless a quotient
// is subnormal, where that would round. None is: rewards are multiples of 2⁻¹⁴⁹, so the last bit of
// their sum is at least 2⁻²⁰², that of the mean 2⁻²⁰⁶; deviations from it and their sum are
// multiples of that or 0.
template <std::size_t N>
HWY_INLINE void MomentsOfColumns(const float* columns, const MomentArrays& out, std::size_t g) {
  const Doubles d;
  const DoubleVector inverse = hn::Set(d, 1.0 / static_cast<double>(N));
  DoubleVector terms[N];
  for (std::size_t i = 0; i < N; ++i) {
    terms[i] = hn::PromoteTo(d, hn::Load(Floats(), columns + i * kAcross));
  }
  const DoubleVector mean = hn::Mul(SumOfTerms(terms), inverse);
  for (DoubleVector& term : terms) term = hn::Sub(term, mean);
  const DoubleVector deviation = SumOfTerms(terms);
  const DoubleVector residual = hn::Mul(deviation, inverse);
  for (DoubleVector& term : terms) term = hn::Mul(term, term);
  hn::StoreU(mean, d, out.mean + g);
  hn::StoreU(residual, d, out.residual + g);
  hn::StoreU(hn::Sub(SumOfTerms(terms), hn::Mul(deviation, residual)), d, out.centred_squares + g);
}

// Groups g … g+kAcross−1.
template <std::size_t N>
HWY_INLINE void ExtremesOfColumns(const float* columns, const float* rewards,
                                  const MomentArrays& out, std::size_t g) {
  const Across d;
  AcrossVector minimum = hn::Load(d, columns);
  AcrossVector maximum = minimum;
  for (std::size_t i = 1; i < N; ++i) {
    const AcrossVector v = hn::Load(d, columns + i * kAcross);
    minimum = Least()(minimum, v);
    maximum = Greatest()(maximum, v);
  }
  minimum = hn::Add(minimum, hn::Zero(d));
  maximum = hn::Add(maximum, hn::Zero(d));
  hn::StoreU(minimum, d, out.minimum + g);
  hn::StoreU(maximum, d, out.maximum + g);
  // x² = x for 0 and 1 alone.
  const auto perhaps_binary = hn::And(hn::Eq(hn::Mul(minimum, minimum), minimum),
                                      hn::Eq(hn::Mul(maximum, maximum), maximum));
  const bool any = !hn::AllFalse(d, perhaps_binary);
  for (std::size_t i = 0; i < kAcross; ++i) {
    out.binary[g + i] = any && IsBinary(rewards + i * N, N, out.minimum[g + i], out.maximum[g + i]);
  }
}

// Whole vectors of the groups first … last−1, of N each; returns the first group that is left.
template <std::size_t N>
HWY_INLINE std::size_t NarrowMoments(const GroupPlaces& groups, std::size_t first, std::size_t last,
                                     const MomentArrays& out) {
  for (; first + kAcross <= last; first += kAcross) {
    HWY_ALIGN float columns[N * kAcross];
    const float* rewards = groups.begin(first);
    for (std::size_t i = 0; i < N * kAcross; i += 2 * kLanes) PrefetchAhead(rewards + i);
    StoreColumns<N>(rewards, columns);
    ExtremesOfColumns<N>(columns, rewards, out, first);
    MomentsOfColumns<N>(columns, out, first);
    MomentsOfColumns<N>(columns + kWidth, out, first + kWidth);
  }
  return first;
}
#else
// Vectors of one lane: there is nothing across lanes to save.
template <std::size_t N>
HWY_INLINE std::size_t NarrowMoments(const GroupPlaces& /*unused*/, std::size_t first,
                                     std::size_t /*unused*/, const MomentArrays& /*unused*/) {
  return first;
}
#endif

// Groups first … last−1.
HWY_INLINE void MomentsOf(const GroupPlaces& groups, std::size_t first, std::size_t last,
                          const MomentArrays& out) {
  std::size_t g = first;
  const std::size_t n = groups.uniform_size();
  if (n == 2) g = NarrowMoments<2>(groups, first, last, out);
  if (n == 4) g = NarrowMoments<4>(groups, first, last, out);
  if (n == 8) g = NarrowMoments<8>(groups, first, last, out);
  if (n == 16) g = NarrowMoments<16>(groups, first, last, out);
  for (; g < last; g += kWidth) {
    std::size_t largest = 0;
    for (std::size_t i = 0; i < kWidth; ++i) largest = HWY_MAX(largest, groups.size(g + i));
    if (largest <= kBlock) {
      SmallMoments(groups, out, g);
      continue;
    }
    for (std::size_t i = g; i < HWY_MIN(g + kWidth, last); ++i) {
      StoreLargeMoments(groups.begin(i), out, i);
    }
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
