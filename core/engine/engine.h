// Computes the groups of a request, a block of groups at a time, in three passes: it looks at the
// block (counts of ones, or moments), decides what each group gets (core/engine/group_policy.h) and
// writes runs of groups with equal verdicts, each by one call of a kernel. Then it reports.
//
// Where it is known before what nearly every group will get, the look and the writing are one
// kernel, and only exceptions are written again: pairs by counts, where the policy is asked once
// for each kind of group (core/engine/group_kinds.h), and affine advantages of plain groups.
// Private to computation.cc.
#ifndef ADVANTAGED_CORE_ENGINE_ENGINE_H_
#define ADVANTAGED_CORE_ENGINE_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/engine/block_reader.h"
#include "core/engine/computation.h"
#include "core/engine/group_kinds.h"
#include "core/engine/group_policy.h"
#include "core/engine/group_reporter.h"
#include "core/engine/request_tables.h"
#include "core/kernels/affine_groups.h"
#include "core/kernels/rank.h"

namespace advantaged {

class Engine {
 public:
  Engine(const Request& request, const Computation& computation, std::span<float> out,
         GroupObserver* observer, Violations& violations);

  // Computes the groups first … last−1. Call in order; a block that fits the first-level cache is
  // read from memory once.
  void ComputeBlock(std::size_t first, std::size_t last);
  // Call once, after all groups: reports what is left to report, and warns.
  void Finish(std::vector<Warning>& warnings);

 private:
  // What is known of a group of the block that is not a plain one (GroupPolicy::IsPlain).
  struct Each {
    GroupFacts facts;
    FloatPair pair{0, 0};  // what each side got, if the group got a pair
  };

  // Computes the block as far as its groups are binary; returns how many, 0 if there is something
  // to refuse.
  std::size_t ComputeByCounts();
  // Counts the ones of the first groups and writes what their kinds get; returns how many of them
  // are binary.
  std::size_t CountAndSelect(std::size_t groups);
  GroupTables Tables(std::size_t groups);
  KindsOfSize& KindsOf(std::size_t group);
  // The kind of a group that was counted; null if it is to be refused.
  GroupKind* KindOf(std::size_t group);
  void ReportNow(GroupKind& kind, std::size_t group) {
    kind.report.statistics.id = groups_.id(first_ + group);
    reporter_.Tell(kind.report, 1);
    reporter_.TellPair(kind.report, kind.pair, 1);
  }

  // Computes the groups of the block from `begin` on, which then are the block.
  void ComputeEach(std::size_t begin);
  GroupFacts FactsOf(std::size_t group) const;
  void Decide(std::size_t group);
  // Writes the groups begin … end−1, which have one verdict and one K.
  void Write(std::size_t begin, std::size_t end);
  void WriteGroup(std::size_t group);
  void WritePair(std::size_t group);
  void WriteShaped(std::size_t group);
  void Report(std::size_t group);
  void ReportPlain(std::size_t group);
  void Refuse(std::size_t group, GroupError error);

  // What a decision that gives a pair, or zeros, gives each side, 0 for a side without responses;
  // none, with a violation, if it is to be refused.
  std::optional<FloatPair> PairOf(const Decision& decision, const GroupFacts& facts);
  const Parameters& WithK(std::uint32_t k);
  // True if the affine kernel takes groups of this decision.
  bool IsByRule(const Decision& decision) const {
    return decision.verdict == Verdict::kAffine && row_.rule != nullptr &&
           decision.k == parameters_.k;
  }
  std::span<float> Advantages(std::size_t group) const { return OfGroup(out_of_block_, group); }
  // 0 or 1 for each response of the group; empty if outcomes are unknown.
  std::span<const float> OutcomesOf(std::size_t group) const;
  // The part of an array of the block, if it is not empty.
  template <typename T>
  std::span<T> OfGroup(std::span<T> of_block, std::size_t group) const {
    if (of_block.empty()) return of_block;
    return of_block.subspan(places_.offset(group), places_.size(group));
  }
  std::string RewardAt(std::size_t group, std::size_t response) const;
  void PutPair(std::size_t group, FloatPair pair) {
    out_[2 * (first_ + group)] = pair.correct;
    out_[2 * (first_ + group) + 1] = pair.wrong;
  }

  const Options& options_;
  const MethodRow& row_;
  const Parameters& parameters_;
  const Groups& groups_;
  const std::span<float> out_;
  Violations& violations_;
  const GroupPolicy policy_;
  BlockReader reader_;
  RequestTables tables_;
  GroupReporter reporter_;
  GroupKinds kinds_;

  // The block at hand, or what is left of it. Groups and responses are numbered from its first.
  std::size_t first_ = 0;   // among the groups of the batch
  std::size_t offset_ = 0;  // among the responses of the block that was read
  GroupPlaces places_{std::size_t{0}, 1};
  std::span<float> out_of_block_;
  std::vector<std::uint32_t> counts_;
  std::vector<const FloatPair*> entries_;
  std::vector<Decision> decisions_;
  std::vector<Each> each_;
  std::span<const float> outcomes_;
  std::span<const std::uint32_t> lengths_;
  AffineGroups affine_;

  Parameters with_k_;
  RankMemory rank_memory_;
  std::vector<double> doubles_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_ENGINE_H_
