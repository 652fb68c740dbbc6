// Which responses form which group.
#ifndef ADVANTAGED_CORE_BATCH_GROUPS_H_
#define ADVANTAGED_CORE_BATCH_GROUPS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"

namespace advantaged {

// The groups of a batch, in the order of the request (of first appearance for ids). Indices are
// into the request's arrays. Sizes are declared sizes: masked responses included. Where several
// rows are one response (core/batch/trajectories.h), the members are first all rows, then the rows
// that speak for a response.
class Groups {
 public:
  // Checks the three forms of the batch against each other and against `responses`, and lays the
  // groups out. Adds violations for what is wrong, and is then not to be used.
  static Groups Make(const Batch& batch, std::size_t responses, Violations& violations);
  // The same groups with other members: `members[i]` in group `group_of[i]`, in this order.
  Groups Of(std::span<const std::uint32_t> group_of, std::span<const std::uint32_t> members) const;

  std::size_t count() const { return count_; }
  // The size of every group, or 0 if they have several. Most batches have one.
  std::uint32_t uniform_size() const { return uniform_size_; }
  // The place of the group's first member in the order of groups; of group count(), where they end.
  std::size_t begin(std::size_t group) const {
    return uniform_size_ > 0 ? group * uniform_size_ : offsets_[group];
  }
  std::uint32_t size(std::size_t group) const {
    return static_cast<std::uint32_t>(begin(group + 1) - begin(group));
  }
  // The end of the groups from `first` on that have at most so many members together; one at least.
  std::size_t BlockEnd(std::size_t first, std::size_t members) const;
  // The id the request gave the group, or its index.
  std::uint32_t id(std::size_t group) const {
    return ids_.empty() ? static_cast<std::uint32_t>(group) : ids_[group];
  }
  // begin(g) of every group, and the end of the last; empty if they are of one size.
  std::span<const std::uint32_t> offsets() const { return offsets_; }
  // True if the members of each group stand side by side from begin(group).
  bool contiguous() const { return members_.empty(); }
  // The index of the i-th member of the group.
  std::uint32_t member(std::size_t group, std::uint32_t i) const {
    const std::size_t position = begin(group) + i;
    return contiguous() ? static_cast<std::uint32_t>(position) : members_[position];
  }
  // The members of all groups, those of `group` from begin(group) on; empty if contiguous.
  std::span<const std::uint32_t> members() const { return members_; }
  // How many of the group's members have a bit in `valid`; all of them if it is empty.
  std::uint32_t CountValid(std::size_t group, const BitSpan& valid) const;
  bool AnyValid(std::size_t group, const BitSpan& valid) const;
  // For messages: "group 3", or "group 3 (id 17)" where the request has ids.
  Sentence Name(std::size_t group) const;
  // Name of the field that declares the group, e.g. "group_sizes[3]" or "group_ids[17]" (its first
  // member).
  std::string Field(std::size_t group, const Batch& batch) const;

 private:
  void OfSize(std::uint32_t size, std::size_t responses, Violations& violations);
  void OfSizes(std::span<const std::uint32_t> sizes, std::size_t responses, Violations& violations);
  void OfIds(std::span<const std::uint32_t> ids, std::size_t responses, Violations& violations);

  // Makes `group_of[i]` the group of i, for every i; `sizes` says how many each group gets.
  void Distribute(std::span<const std::uint32_t> sizes, std::span<const std::uint32_t> group_of);
  void SetSizes(std::span<const std::uint32_t> sizes);

  std::size_t count_ = 0;
  std::uint32_t uniform_size_ = 0;
  std::vector<std::uint32_t> offsets_;  // count() + 1, unless of one size
  std::vector<std::uint32_t> members_;  // empty if contiguous
  std::vector<std::uint32_t> ids_;      // empty unless by ids
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_BATCH_GROUPS_H_
