// The rank shape: order statistics of one group and sums along them, for max@K.
#ifndef ADVANTAGED_CORE_KERNELS_RANK_H_
#define ADVANTAGED_CORE_KERNELS_RANK_H_

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace advantaged {

// A reward and where it stood.
struct Ranked {
  float reward;
  std::uint32_t index;
};

// What groups are ranked in, one after the other: a small one takes less time than its memory and
// its weights would.
struct RankMemory {
  struct Weights {
    std::vector<double> at;     // of the reward at each rank
    std::vector<double> above;  // of the same for all ranks below
  };
  using WeightsBySize = std::map<std::pair<std::uint32_t, std::uint32_t>, Weights>;  // by n and K

  std::vector<Ranked> sorted;
  std::vector<Ranked> scratch;
  std::vector<double> value;
  std::vector<double> others;
  WeightsBySize weights;
  WeightsBySize::iterator last = weights.end();  // batches tend to have one
};

// The rewards in ascending order, equal ones (−0 and 0 are) in the order they stood. Finite
// rewards, at most 2³². O(n). Memory of the two vectors is used again.
void SortAscending(std::span<const float> rewards, std::vector<Ranked>& sorted,
                   std::vector<Ranked>& scratch);

// Gives every response the value of its rank; equal rewards all get the value of the last of them
// in `sorted`, so that ties are equal to the bit and the result does not depend on their order.
void ScatterByRank(std::span<const Ranked> sorted, std::span<const double> value_of_rank,
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
