// Groups that are alike, so that a batch costs the policy of its kinds and not of its groups.
//
// The *kind* of a group is what its advantages and its report depend on, and nothing else. Where
// the rewards are the outcomes it is the size and the number of ones. Eight responses with rewards
//
//   1 0 0 1 1 0 0 0   and   0 0 1 0 0 1 0 1
//
// are both of the kind (8, 3): under GRPO a correct response gets √(5/3), a wrong one −√(3/5),
// whichever it is. A million groups of 16 have at most 17 kinds, so the policy runs 17 times, and
// all that is left to do for a group is what a vector does best: count its ones, look up its pair
// and choose by reward (core/kernels/table.h). The count is the place in the table, so one kernel
// looks at a block and writes it; a block that brings a new kind is written once more.
//
// With a mask the valid responses are what counts, and the size that a group declares joins its
// kind as far as it matters: (8 declared, 5 valid, 3 ones) may be too small where (5, 5, 3) is not.
//
// Counter-examples. A third reward: 1 0 0 1 0.5 0 0 0 gets advantages that its number of ones does
// not tell. Outcomes or a threshold beside real rewards: the pair follows from the outcomes, but
// mean and spread in the report do not. Two groups of real rewards that have nothing in common but
// n are still alike in what is *counted* of them (constant or varied, without signal, suspicious),
// so the observer hears of them together; their advantages come from the affine kernel.
//
// Measured (docs/adr/0016): a call of 2²⁰ binary rewards in groups of 16 is 5.6 times as fast, and
// takes 3.8 ns of CPU a response instead of 27.
#ifndef ADVANTAGED_CORE_ENGINE_GROUP_KINDS_H_
#define ADVANTAGED_CORE_ENGINE_GROUP_KINDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/engine/computation.h"
#include "core/kernels/table.h"

namespace advantaged {

struct GroupKind {
  FloatPair pair;      // what each side gets; 0 for a side without responses
  GroupReport report;  // of the first group; `pass_at_k` views the next
  std::vector<double> pass_at_k;
  bool by_ones = false;          // the rewards are the outcomes: `pair` is all there is to get
  std::uint64_t unreported = 0;  // groups of this kind that the observer has not heard of
};

// The kinds of groups of one n whose declared sizes are of one class (GroupPolicy::SizeClass).
struct KindsOfSize {
  explicit KindsOfSize(std::uint32_t n) : entries(n + 1), by_ones(n + 1) {}

  std::vector<FloatPair> entries;   // the pair of every kind of binary groups, as kernels want it
  std::vector<GroupKind*> by_ones;  // null: not met yet
  std::array<GroupKind*, 8> varied{};  // of real rewards, by what is counted of them
};

class GroupKinds {
 public:
  static constexpr std::size_t kSizeClasses = 3;

  // Valid for good. n ≤ kMaxTableSize.
  KindsOfSize& OfSize(std::uint32_t n, std::size_t size_class) {
    const std::size_t i = n * kSizeClasses + size_class;
    if (i >= by_size_.size()) by_size_.resize(i + 1);
    if (by_size_[i] == nullptr) by_size_[i] = std::make_unique<KindsOfSize>(n);
    return *by_size_[i];
  }
  // `report` is that of the first group of a kind.
  GroupKind& Add(const GroupReport& report, FloatPair pair, bool by_ones) {
    GroupKind& kind = kinds_.emplace_back();
    kind.pair = pair;
    kind.by_ones = by_ones;
    kind.report = report;
    kind.pass_at_k.assign(report.pass_at_k.begin(), report.pass_at_k.end());
    kind.report.pass_at_k = kind.pass_at_k;
    return kind;
  }

  std::deque<GroupKind>& all() { return kinds_; }

 private:
  std::deque<GroupKind> kinds_;
  std::vector<std::unique_ptr<KindsOfSize>> by_size_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_GROUP_KINDS_H_
