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
#include "core/table_cache.h"

namespace advantaged {

struct GroupKind {
  FloatPair pair;      // what each side gets; 0 for a side without responses
  GroupReport report;  // of the first group; `pass_at_k` views the next
  std::vector<double> pass_at_k;
  std::uint64_t unreported = 0;  // groups of this kind that the observer has not heard of
};

class GroupKinds {
 public:
  // The kind of groups of n ≤ kMaxTableSize, c ≤ n; null if none was added. Valid for good.
  GroupKind* Find(std::uint32_t n, std::uint32_t c) {
    const std::vector<GroupKind*>& by_count = OfSize(n);
    return c < by_count.size() ? by_count[c] : nullptr;
  }
  // `report` is that of the first group of a kind.
  void Add(const GroupReport& report, FloatPair pair);

  std::deque<GroupKind>& all() { return kinds_; }

 private:
  // Indexed by c; empty before the first of this size.
  std::vector<GroupKind*>& OfSize(std::uint32_t n) {
    if (n != last_n_ || last_ == nullptr) {
      last_ = &by_size_[n];
      last_n_ = n;
    }
    return *last_;
  }

  std::deque<GroupKind> kinds_;
  std::map<std::uint32_t, std::vector<GroupKind*>> by_size_;
  std::uint32_t last_n_ = 0;
  std::vector<GroupKind*>* last_ = nullptr;  // by_size_[last_n_]: batches tend to have one size
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_GROUP_KINDS_H_
