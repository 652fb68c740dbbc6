// The rank shape: order statistics of groups and sums along them, for max@K.
//
// Groups of one size go abreast, one in each lane of a vector, where the instruction set has lanes
// and there is more than one group; a group gets the same bits in either case.
#ifndef ADVANTAGED_CORE_KERNELS_RANK_H_
#define ADVANTAGED_CORE_KERNELS_RANK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/kernels/group_places.h"

namespace advantaged {

// Groups abreast: what stands at rank r of group g is at [r · width + g]. Lanes beyond `groups`
// hold numbers that mean nothing.
struct Ranked {
  std::size_t n = 0;
  std::size_t width = 0;
  std::size_t groups = 0;
  std::vector<double> reward;        // ascending by rank; of −0 and 0 each may be the other
  std::vector<std::uint32_t> place;  // where it stood among the rewards of these groups
};

// What groups are ranked in, one after the other: a small one takes less time than its memory and
// its weights would.
struct RankMemory {
  struct Weights {
    std::vector<double> of;     // w(0 … n)
    std::vector<double> above;  // of the reward at each rank, for all ranks below
    // By rank too: w(m) and w(m−1), m = rank + 1.
    std::span<const double> at() const { return std::span(of).subspan(1); }
    std::span<const double> one_below() const { return std::span(of).first(of.size() - 1); }
  };
  using WeightsBySize = std::map<std::pair<std::uint32_t, std::uint32_t>, Weights>;  // by n and K

  Ranked sorted;
  std::vector<std::uint64_t> keys;
  std::vector<std::uint64_t> keys_scratch;
  std::vector<double> terms;
  std::vector<double> value;
  std::vector<double> below;
  std::vector<double> above;
  WeightsBySize weights;
  WeightsBySize::iterator last = weights.end();  // batches tend to have one
};

// Ranks the groups from `first` on, as many of one size as go abreast, into memory.sorted: equal
// rewards (−0 and 0 are) in the order they stood. Finite rewards, at most 2³²; none of the groups
// is empty.
void SortAbreast(const GroupPlaces& groups, std::size_t first, RankMemory& memory);

enum class From : std::uint8_t { kBottom, kTop };

// In each lane, for each rank p, over the ranks m that stand before it in that direction,
//
//   sum[p] = Σ_m passed[m]·terms[m] + own[p]·terms[p]
//
// with twice the digits of a double until it is rounded to one (CarriedSum). The weights are by
// rank; without `own` the last term is left out.
struct RankSums {
  From from;
  std::size_t width;
  std::span<const double> terms;
  std::span<const double> passed;
  std::span<const double> own;
  std::span<double> sum;
};
void SumByRank(const RankSums& sums);

// Gives every response the value of its rank times `scale`; equal rewards of a group all get that
// of the highest rank among them, so that ties are equal to the bit and the result does not depend
// on their order.
void ScatterByRank(const Ranked& sorted, std::span<const double> value_of_rank, double scale,
                   std::span<double> out);

// A running sum that carries twice the digits of a double (TwoSum: Knuth, The Art of Computer
// Programming 2, 4.2.2), so that a prefix over a million terms loses none.
class CarriedSum {
 public:
  void Add(double x) {
    const double sum = high_ + x;
    const double part = sum - high_;
    low_ += (high_ - (sum - part)) + (x - part);
    high_ = sum;
  }
  double Value() const { return high_ + low_; }

 private:
  double high_ = 0;
  double low_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_RANK_H_
