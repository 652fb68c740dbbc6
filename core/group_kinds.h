// Groups that are alike. Where 0/1 rewards decide everything, all that is to be known of a group
// follows from its (n, c), its *kind*: what was found for the first group of a kind holds for all
// of them. So a batch of a million groups costs the thought of its few kinds.
#ifndef ADVANTAGED_CORE_GROUP_KINDS_H_
#define ADVANTAGED_CORE_GROUP_KINDS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "core/computation.h"
#include "core/kernels/table.h"

namespace advantaged {

struct GroupKind {
  FloatPair pair;      // what each side gets; 0 for a side without responses
  GroupReport report;  // of the first group; `pass_at_k` views the next
  std::vector<double> pass_at_k;
  std::uint64_t unreported = 0;  // groups of this kind that the observer has not heard of
};

// The kinds of groups of one size.
class KindsOfSize {
 public:
  explicit KindsOfSize(std::uint32_t n) : entries_(n + 1), kinds_(n + 1) {}

  // The kind of groups with c ones; null if none was added.
  GroupKind* Find(std::uint32_t c) const { return kinds_[c]; }
  void Add(std::uint32_t c, GroupKind& kind) {
    entries_[c] = kind.pair;
    kinds_[c] = &kind;
  }
  // The pair of every kind that was added, by c, as kernels want them.
  const std::vector<FloatPair>& entries() const { return entries_; }

 private:
  std::vector<FloatPair> entries_;
  std::vector<GroupKind*> kinds_;
};

class GroupKinds {
 public:
  // Valid for good. n ≤ kMaxTableSize.
  KindsOfSize& OfSize(std::uint32_t n) {
    if (last_ == by_size_.end() || last_->first != n) last_ = by_size_.try_emplace(n, n).first;
    return last_->second;
  }
  // `report` is that of the first group of a kind.
  GroupKind& Add(const GroupReport& report, FloatPair pair);

  std::deque<GroupKind>& all() { return kinds_; }

 private:
  std::deque<GroupKind> kinds_;
  std::map<std::uint32_t, KindsOfSize> by_size_;
  std::map<std::uint32_t, KindsOfSize>::iterator last_ =
      by_size_.end();  // batches tend to have one
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_GROUP_KINDS_H_
