// Moments of groups of any size, on rows of eight (rows-inl.h): one large group, or as many small
// ones at once as a vector has lanes.
#if defined(ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_
#undef ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_
#else
#define ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstring>

#include "core/kernels/block_tree.h"
#include "core/kernels/group_places.h"
#include "core/kernels/moment_arrays.h"
#include "core/kernels/moments.h"
#include "core/kernels/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

// Highway's Min and Max, whose scalar forms would test for NaN.
struct Least {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
#if HWY_TARGET == HWY_SCALAR
    return V(b.raw < a.raw ? b.raw : a.raw);
#else
    return hn::Min(a, b);
#endif
  }
};
struct Greatest {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
#if HWY_TARGET == HWY_SCALAR
    return V(b.raw > a.raw ? b.raw : a.raw);
#else
    return hn::Max(a, b);
#endif
  }
};

// Rewards as they are: which is the smallest or largest needs no double.
using EightFloats = hn::CappedTag<float, kLanes>;
inline constexpr std::size_t kFloatWidth = hn::MaxLanes(EightFloats());

// Smallest and largest reward, by lane.
struct Extremes {
  hn::Vec<EightFloats> minimum[kLanes / kFloatWidth];
  hn::Vec<EightFloats> maximum[kLanes / kFloatWidth];

  HWY_INLINE explicit Extremes(float first) {
    for (auto& part : minimum) part = hn::Set(EightFloats(), first);
    for (auto& part : maximum) part = hn::Set(EightFloats(), first);
  }

  HWY_INLINE void Add(const float* eight) {
    for (std::size_t p = 0; p < kLanes / kFloatWidth; ++p) {
      const auto v = hn::LoadU(EightFloats(), eight + p * kFloatWidth);
      minimum[p] = Least()(minimum[p], v);
      maximum[p] = Greatest()(maximum[p], v);
    }
  }

  // `count` < 8. Reads what stands behind them where `end` allows.
  HWY_INLINE void AddShort(const float* from, std::size_t count, const float* end) {
    float padded[kLanes] = {};
    if (from + kLanes > end) {
      std::memcpy(padded, from, count * sizeof(float));
      from = padded;
    }
    for (std::size_t p = 0; p < kLanes / kFloatWidth; ++p) {
      const std::size_t before = p * kFloatWidth;
      const auto there =
          hn::FirstN(EightFloats(), count > before ? HWY_MIN(count - before, kFloatWidth) : 0);
      const auto v = hn::LoadU(EightFloats(), from + before);
      minimum[p] = Least()(minimum[p], hn::IfThenElse(there, v, minimum[p]));
      maximum[p] = Greatest()(maximum[p], hn::IfThenElse(there, v, maximum[p]));
    }
  }

  // In doubles, for Trees().
  HWY_INLINE void Store(Row& least, Row& greatest) const {
    HWY_ALIGN float lanes[2][kLanes];
    for (std::size_t p = 0; p < kLanes / kFloatWidth; ++p) {
      hn::Store(minimum[p], EightFloats(), lanes[0] + p * kFloatWidth);
      hn::Store(maximum[p], EightFloats(), lanes[1] + p * kFloatWidth);
    }
    least = LoadRow(lanes[0]);
    greatest = LoadRow(lanes[1]);
  }
};

// What the first look at a block tells, by lane.
struct Look {
  Row sum;
  Extremes extremes;

  HWY_INLINE explicit Look(float first) : sum(Broadcast(0)), extremes(first) {}

  HWY_INLINE void Add(const Row& row) {
    for (std::size_t p = 0; p < kParts; ++p) sum.part[p] = hn::Add(sum.part[p], row.part[p]);
  }

  HWY_INLINE void Block(const float* rewards, std::size_t n, const float* end) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      PrefetchAhead(rewards + i);
      Add(LoadRow(rewards + i));
      extremes.Add(rewards + i);
    }
    if (i == n) return;
    Add(ZeroUnless(FirstOfRow(n - i), LoadShortRow(rewards + i, n - i, end)));
    // The eight that end the group, or a short group.
    n >= kLanes ? extremes.Add(rewards + n - kLanes) : extremes.AddShort(rewards, n, end);
  }
};

HWY_INLINE bool IsZeroOrOne(float x) { return x == 0 || x == 1; }

// True if all rewards are 0 or 1. Few groups have both a minimum and a maximum that are: of the
// others no reward is looked at.
HWY_INLINE bool IsBinary(const float* rewards, std::size_t n, float minimum, float maximum) {
  if (!IsZeroOrOne(minimum) || !IsZeroOrOne(maximum)) return false;
  const EightFloats d;
  std::size_t i = 0;
  for (; i + kFloatWidth <= n; i += kFloatWidth) {
    const auto v = hn::LoadU(d, rewards + i);
    const auto rest = hn::IfThenZeroElse(hn::Eq(v, hn::Set(d, 1.0F)), v);
    if (!hn::AllTrue(d, hn::Eq(rest, hn::Zero(d)))) return false;
  }
  while (i < n && IsZeroOrOne(rewards[i])) ++i;
  return i == n;
}

// The second look: Σ(r − mean) and Σ(r − mean)² of a block, by lane.
struct Deviations {
  Row sum;
  Row squares;

  HWY_INLINE Deviations() : sum(Broadcast(0)), squares(sum) {}

  HWY_INLINE void Add(const Row& deviations) {
    for (std::size_t p = 0; p < kParts; ++p) {
      const DoubleVector x = deviations.part[p];
      sum.part[p] = hn::Add(sum.part[p], x);
      squares.part[p] = hn::Add(squares.part[p], hn::Mul(x, x));
    }
  }

  HWY_INLINE void Block(const float* rewards, std::size_t n, const float* end, double mean) {
    const Row centre = Broadcast(mean);
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) Add(Minus(LoadRow(rewards + i), centre));
    if (i == n) return;
    const Row row = LoadShortRow(rewards + i, n - i, end);
    Add(ZeroUnless(FirstOfRow(n - i), Minus(row, centre)));
  }
};

HWY_INLINE double Tree(const Row& row) {
  HWY_ALIGN double s[kLanes];
  for (std::size_t p = 0; p < kParts; ++p) hn::Store(row.part[p], Doubles(), s + p * kWidth);
  return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

struct LargeGroup {
  Extremes extremes;
  Moments moments;
};

// A group of any size, alone.
HWY_INLINE LargeGroup LargeMoments(const float* rewards, std::size_t size) {
  const float* end = rewards + size;
  const auto n = static_cast<double>(size);
  Look look(rewards[0]);
  BlockTree sum;
  for (const float* block = rewards; block < end; block += kBlock) {
    look.sum = Broadcast(0);
    look.Block(block, HWY_MIN(kBlock, static_cast<std::size_t>(end - block)), end);
    sum.Add(Tree(look.sum));
  }
  const double mean = sum.Total() / n;
  BlockTree deviation;
  BlockTree squares;
  for (const float* block = rewards; block < end; block += kBlock) {
    Deviations deviations;
    deviations.Block(block, HWY_MIN(kBlock, static_cast<std::size_t>(end - block)), end, mean);
    deviation.Add(Tree(deviations.sum));
    squares.Add(Tree(deviations.squares));
  }
  const double residual = deviation.Total() / n;
  return {look.extremes,
          {.n = n,
           .mean = mean,
           .residual = residual,
           .centred_squares = squares.Total() - deviation.Total() * residual}};
}

HWY_INLINE void StoreLargeMoments(const float* rewards, const MomentArrays& out, std::size_t g) {
  const auto n = static_cast<std::size_t>(out.n[g]);
  const LargeGroup group = LargeMoments(rewards, n);
  out.mean[g] = group.moments.mean;
  out.residual[g] = group.moments.residual;
  out.centred_squares[g] = group.moments.centred_squares;
  Row rows[2];
  group.extremes.Store(rows[0], rows[1]);
  HWY_ALIGN double lanes[2][kLanes];
  for (std::size_t p = 0; p < kParts; ++p) {
    for (std::size_t i = 0; i < 2; ++i) {
      hn::Store(rows[i].part[p], Doubles(), lanes[i] + p * kWidth);
    }
  }
  double minimum = lanes[0][0];
  double maximum = lanes[1][0];
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    minimum = HWY_MIN(minimum, lanes[0][lane]);
    maximum = HWY_MAX(maximum, lanes[1][lane]);
  }
  out.minimum[g] = static_cast<float>(minimum) + 0.0F;
  out.maximum[g] = static_cast<float>(maximum) + 0.0F;
  out.binary[g] = IsBinary(rewards, n, out.minimum[g], out.maximum[g]) ? 1 : 0;
}

// Groups g … g+kWidth−1, none larger than a block.
HWY_INLINE void SmallMoments(const GroupPlaces& groups, const MomentArrays& out, std::size_t g) {
  const Doubles d;
  const Floats f;
  const float* end = groups.end();
  Row sum[kWidth];
  Row minimum[kWidth];
  Row maximum[kWidth];
  for (std::size_t i = 0; i < kWidth; ++i) {
    const float* rewards = groups.begin(g + i);
    const std::size_t size = groups.size(g + i);
    Look look(size > 0 ? rewards[0] : 0.0F);
    look.Block(rewards, size, end);
    sum[i] = look.sum;
    look.extremes.Store(minimum[i], maximum[i]);
  }
  const DoubleVector n = hn::LoadU(d, out.n + g);
  hn::StoreU(hn::Div(Trees(sum), n), d, out.mean + g);
  hn::StoreU(hn::Add(Narrowed(Trees(minimum, Least())), hn::Zero(f)), f, out.minimum + g);
  hn::StoreU(hn::Add(Narrowed(Trees(maximum, Greatest())), hn::Zero(f)), f, out.maximum + g);

  Row squares[kWidth];
  for (std::size_t i = 0; i < kWidth; ++i) {
    const float* rewards = groups.begin(g + i);
    const std::size_t size = groups.size(g + i);
    Deviations deviations;
    deviations.Block(rewards, size, end, out.mean[g + i]);
    sum[i] = deviations.sum;
    squares[i] = deviations.squares;
    out.binary[g + i] = IsBinary(rewards, size, out.minimum[g + i], out.maximum[g + i]) ? 1 : 0;
  }
  const DoubleVector deviation = Trees(sum);
  const DoubleVector residual = hn::Div(deviation, n);
  hn::StoreU(residual, d, out.residual + g);
  hn::StoreU(hn::Sub(Trees(squares), hn::Mul(deviation, residual)), d, out.centred_squares + g);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
