// Moments of groups, on rows of eight (rows-inl.h): one large group, or as many small ones at once
// as a vector has lanes.
#if defined(ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_
#undef ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_
#else
#define ADVANTAGED_CORE_KERNELS_MOMENTS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "core/kernels/block_tree.h"
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

// What the first look at a block tells, by lane.
struct Look {
  Row sum;
  Row minimum;
  Row maximum;
  Row strange;  // zeros if all rewards are 0 or 1

  HWY_INLINE explicit Look(float first)
      : sum(Broadcast(0)), minimum(Broadcast(first)), maximum(minimum), strange(sum) {}

  // Lanes that are not there are 0 in `row` and hold a reward of the group in `filled`.
  HWY_INLINE void Add(const Row& row, const Row& filled) {
    const DoubleVector one = hn::Set(Doubles(), 1.0);
    for (std::size_t p = 0; p < kParts; ++p) {
      const DoubleVector v = row.part[p];
      sum.part[p] = hn::Add(sum.part[p], v);
      strange.part[p] = hn::Or(strange.part[p], hn::IfThenZeroElse(hn::Eq(v, one), v));
      minimum.part[p] = Least()(minimum.part[p], filled.part[p]);
      maximum.part[p] = Greatest()(maximum.part[p], filled.part[p]);
    }
  }

  HWY_INLINE void Block(const float* rewards, std::size_t n, const float* end) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
      const Row row = LoadRow(rewards + i);
      Add(row, row);
    }
    if (i == n) return;
    const RowMask mask = FirstOfRow(n - i);
    const Row row = LoadShortRow(rewards + i, n - i, end);
    Row filled;
    for (std::size_t p = 0; p < kParts; ++p) {
      filled.part[p] = hn::IfThenElse(mask.part[p], row.part[p], minimum.part[p]);
    }
    Add(ZeroUnless(mask, row), filled);
  }

  HWY_INLINE bool Binary() const {
    DoubleVector any = strange.part[0];
    for (std::size_t p = 1; p < kParts; ++p) any = hn::Or(any, strange.part[p]);
    return hn::AllTrue(Doubles(), hn::Eq(any, hn::Zero(Doubles())));
  }
};

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
  Look look;
  Moments moments;
};

// A group of any size, alone.
HWY_INLINE LargeGroup LargeMoments(const float* rewards, std::size_t size) {
  const float* end = rewards + size;
  const auto n = static_cast<double>(size);
  LargeGroup group{.look = Look(rewards[0]), .moments = {.n = n}};
  BlockTree sum;
  for (const float* block = rewards; block < end; block += kBlock) {
    group.look.sum = Broadcast(0);
    group.look.Block(block, HWY_MIN(kBlock, static_cast<std::size_t>(end - block)), end);
    sum.Add(Tree(group.look.sum));
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
  group.moments.mean = mean;
  group.moments.residual = residual;
  group.moments.centred_squares = squares.Total() - deviation.Total() * residual;
  return group;
}

HWY_INLINE void StoreLargeMoments(const MomentArrays& out, std::size_t g) {
  const LargeGroup group = LargeMoments(out.begin[g], static_cast<std::size_t>(out.n[g]));
  out.mean[g] = group.moments.mean;
  out.residual[g] = group.moments.residual;
  out.centred_squares[g] = group.moments.centred_squares;
  out.binary[g] = group.look.Binary() ? 1 : 0;
  HWY_ALIGN double lanes[2][kLanes];
  for (std::size_t p = 0; p < kParts; ++p) {
    hn::Store(group.look.minimum.part[p], Doubles(), lanes[0] + p * kWidth);
    hn::Store(group.look.maximum.part[p], Doubles(), lanes[1] + p * kWidth);
  }
  double minimum = lanes[0][0];
  double maximum = lanes[1][0];
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    minimum = HWY_MIN(minimum, lanes[0][lane]);
    maximum = HWY_MAX(maximum, lanes[1][lane]);
  }
  out.minimum[g] = static_cast<float>(minimum) + 0.0F;
  out.maximum[g] = static_cast<float>(maximum) + 0.0F;
}

// Groups g … g+kWidth−1, none larger than a block.
HWY_INLINE void SmallMoments(const MomentArrays& out, std::size_t g, const float* end) {
  const Doubles d;
  const Floats f;
  Row sum[kWidth];
  Row minimum[kWidth];
  Row maximum[kWidth];
  for (std::size_t i = 0; i < kWidth; ++i) {
    const float* rewards = out.begin[g + i];
    Look look(rewards[0]);
    look.Block(rewards, static_cast<std::size_t>(out.n[g + i]), end);
    sum[i] = look.sum;
    minimum[i] = look.minimum;
    maximum[i] = look.maximum;
    out.binary[g + i] = look.Binary() ? 1 : 0;
  }
  const DoubleVector n = hn::LoadU(d, out.n + g);
  hn::StoreU(hn::Div(Trees(sum), n), d, out.mean + g);
  hn::StoreU(hn::Add(Narrowed(Trees(minimum, Least())), hn::Zero(f)), f, out.minimum + g);
  hn::StoreU(hn::Add(Narrowed(Trees(maximum, Greatest())), hn::Zero(f)), f, out.maximum + g);

  Row squares[kWidth];
  for (std::size_t i = 0; i < kWidth; ++i) {
    Deviations deviations;
    deviations.Block(out.begin[g + i], static_cast<std::size_t>(out.n[g + i]), end,
                     out.mean[g + i]);
    sum[i] = deviations.sum;
    squares[i] = deviations.squares;
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
