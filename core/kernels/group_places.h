// Where the groups stand that a kernel looks at: one after the other, all of one size or ragged.
// The one view of groups that all kernels take.
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
  GroupPlaces(std::span<const float> rewards, std::size_t n)
      : rewards_(rewards.data()), size_(rewards.size()), n_(n), count_(rewards.size() / n) {}
  // Group g is rewards[offsets[g] − offsets[0] … offsets[g+1] − offsets[0]); it may be empty.
  GroupPlaces(std::span<const float> rewards, std::span<const std::uint32_t> offsets)
      : GroupPlaces(offsets) {
    rewards_ = rewards.data();
  }
  // The same where the rewards are bits (core/kernels/table.h): `count` groups of n, or ragged.
  GroupPlaces(std::size_t count, std::size_t n) : size_(count * n), n_(n), count_(count) {}
  explicit GroupPlaces(std::span<const std::uint32_t> offsets)
      : size_(offsets.back() - offsets.front()),
        offsets_(offsets.data()),
        count_(offsets.size() - 1) {}

  std::size_t count() const { return count_; }
  // The size of all groups; 0 if ragged.
  std::size_t uniform_size() const { return n_; }
  // Of all groups together.
  std::size_t responses() const { return size_; }

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
  const float* begin(std::size_t group) const { return rewards_ + offset(group); }
  // Of all rewards.
  const float* end() const { return rewards_ + size_; }
  std::span<const float> rewards(std::size_t group) const { return {begin(group), size(group)}; }

  // The same groups, of these rewards.
  GroupPlaces WithRewards(const float* rewards) const {
    GroupPlaces places = *this;
    places.rewards_ = rewards;
    return places;
  }
  // The groups first … last−1, at least one.
  GroupPlaces Part(std::size_t first, std::size_t last) const {
    GroupPlaces part = *this;
    part.count_ = last - first;
    if (n_ > 0) {
      part.size_ = part.count_ * n_;
    } else {
      part.offsets_ = offsets_ + first;
      part.size_ = offsets_[last] - offsets_[first];
    }
    if (rewards_ != nullptr) part.rewards_ = begin(first);
    return part;
  }

 private:
  const float* rewards_ = nullptr;
  std::size_t size_;
  std::size_t n_ = 0;
  const std::uint32_t* offsets_ = nullptr;
  std::size_t count_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_GROUP_PLACES_H_
