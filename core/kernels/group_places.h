// Where the groups stand that a kernel looks at: one after the other, all of one size or ragged.
#ifndef ADVANTAGED_CORE_KERNELS_GROUP_PLACES_H_
#define ADVANTAGED_CORE_KERNELS_GROUP_PLACES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace advantaged {

class GroupPlaces {
 public:
  // Groups of n ≥ 1; rewards.size() is a multiple of n.
  GroupPlaces(std::span<const float> rewards, std::uint32_t n)
      : rewards_(rewards), n_(n), count_(rewards.size() / n) {}
  // Group g is rewards[offsets[g] − offsets[0] … offsets[g+1] − offsets[0]), not empty.
  GroupPlaces(std::span<const float> rewards, std::span<const std::uint32_t> offsets)
      : rewards_(rewards), offsets_(offsets.data()), count_(offsets.size() - 1) {}

  std::size_t count() const { return count_; }
  // The size of all groups; 0 if ragged.
  std::size_t uniform_size() const { return n_; }

  // Groups beyond the last are the last once more: kernels take whole vectors of groups.
  std::size_t offset(std::size_t group) const {
    group = std::min(group, count_ - 1);
    return n_ > 0 ? group * n_ : offsets_[group] - offsets_[0];
  }
  std::size_t size(std::size_t group) const {
    if (n_ > 0) return n_;
    group = std::min(group, count_ - 1);
    return offsets_[group + 1] - offsets_[group];
  }
  const float* begin(std::size_t group) const { return rewards_.data() + offset(group); }
  // Of all rewards.
  const float* end() const { return rewards_.data() + rewards_.size(); }

 private:
  std::span<const float> rewards_;
  std::size_t n_ = 0;
  const std::uint32_t* offsets_ = nullptr;
  std::size_t count_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_GROUP_PLACES_H_
