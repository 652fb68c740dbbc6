// One pass over the groups of a request, a stretch of groups at a time. Groups of 0/1 rewards that
// decide everything are told apart by kind (core/group_kinds.h); all others, and the first of each
// kind, go through GroupRun one by one, so what a group gets is defined there alone. Private to
// computation.cc.
#ifndef ADVANTAGED_CORE_BATCH_RUN_H_
#define ADVANTAGED_CORE_BATCH_RUN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/computation.h"
#include "core/group_kinds.h"
#include "core/group_run.h"
#include "core/kernels/moments.h"
#include "core/stretch_run.h"

namespace advantaged {

class BatchRun {
 public:
  BatchRun(const Request& request, const Computation& computation, std::span<float> out,
           GroupObserver* observer, Violations& violations);

  // Computes the groups first … last−1. Call in order; a stretch that fits the first-level cache
  // is read from memory once.
  void Stretch(std::size_t first, std::size_t last);
  // Call once, after all groups: reports what is left to report, and warns.
  void Finish(std::vector<Warning>& warnings);

 private:
  // Computes groups from `first` on until one needs more than its kind; returns how many.
  std::size_t ByKind(std::size_t first, std::size_t last);
  // Counts the ones of each group into `counts_` and writes the advantages of known kinds; returns
  // how many groups hold only 0 and 1.
  std::size_t CountAndSelect(std::size_t first, std::size_t last);
  std::size_t CountAndSelectOfOneSize(std::size_t first, std::span<float> out);
  std::size_t CountAndSelectOfAnySize(std::size_t first, std::span<float> out);
  // Reports so many groups, and writes their pairs, by the number of each kind; false if a kind is
  // not known, or if one by one would be better.
  bool ReportByNumber(std::size_t first, std::size_t groups);
  // Computes groups one by one, as far as it was not done for all ahead (core/stretch_run.h), each
  // with its statistics from one look at all.
  void OneByOne(std::size_t first, std::size_t last);
  // The rewards of these groups, one group after the other: where they are, else gathered, once for
  // a stretch and its parts. For batches without a mask. Valid until the next stretch.
  std::span<const float> Rewards(std::size_t first, std::size_t last);
  GroupPlaces Places(std::size_t first, std::size_t last);
  void WritePair(std::size_t group, FloatPair pair) {
    out_[2 * group] = pair.correct;
    out_[2 * group + 1] = pair.wrong;
  }
  // Where the advantages of the members at begin … begin+size−1 are written: to where they belong,
  // if they stand side by side there, else into `written_`.
  std::span<float> Room(std::size_t begin, std::size_t size);
  // Brings `written_`, of the members at begin … end−1, to where it belongs.
  void Scatter(std::size_t begin, std::size_t end);
  void ReportAdvantages(std::span<const float> advantages);
  void Report(GroupKind& kind, std::size_t group) {
    if (each_group_) {
      ReportAtOnce(kind, group);
    } else {
      ++kind.unreported;
    }
  }
  void ReportAtOnce(GroupKind& kind, std::size_t group);
  // A group whose outcomes are unknown; neighbours that are alike are reported together.
  void ReportVaried(std::uint32_t n, const RewardScan& scan, bool no_signal);
  void ReportVariedSoFar();

  bool bits_in_place() const { return !batch_.reward_bits.empty() && groups_.contiguous(); }

  const Options& options_;
  const Groups& groups_;
  const Batch& batch_;
  std::span<float> out_;
  GroupObserver* const observer_;
  const bool each_group_;  // the observer wants
  Violations& violations_;
  GroupRun run_;
  const bool by_kind_;
  StretchRun stretch_;
  GroupReport varied_;  // of the last so many groups
  std::uint64_t varied_times_ = 0;
  std::vector<double> unknown_;  // Pass@K of them

  GroupKinds kinds_;
  std::vector<std::uint32_t> counts_;
  std::vector<const FloatPair*> tables_;
  GroupMoments moments_;
  std::vector<float> gathered_;  // rewards of a stretch, from this member on
  std::size_t gathered_from_ = 0;
  std::vector<float> written_;  // advantages of a stretch, on their way to where they belong
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_BATCH_RUN_H_
