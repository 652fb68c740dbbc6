// Tells the observer and the warnings what became of groups.
#ifndef ADVANTAGED_CORE_ENGINE_GROUP_REPORTER_H_
#define ADVANTAGED_CORE_ENGINE_GROUP_REPORTER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/computation.h"
#include "core/engine/group_policy.h"
#include "core/kernels/table.h"

namespace advantaged {

// A spread that looks like rounding noise: above 0, and tiny beside the rewards.
bool IsSuspicious(float minimum, float maximum);

class GroupReporter {
 public:
  GroupReporter(const MethodRow& row, const Options& options, const GroupPolicy& policy,
                GroupObserver* observer);

  // The report of a group but its advantages; valid until the next. `moments` are of its rewards,
  // null if these are binary or if mean and spread are not asked for.
  GroupReport& Describe(const GroupFacts& facts, bool small, const Moments* moments);

  // Adds to a report what a group got whose correct and wrong responses got one value each, and 0
  // where it has none.
  static void AddPair(FloatPair pair, GroupReport& report);
  // The same for advantages that differ; `outcomes` may be empty: unknown.
  static void AddAdvantages(std::span<const float> advantages, std::span<const float> outcomes,
                            GroupReport& report);

  // `times` groups of which the report holds.
  void Tell(const GroupReport& report, std::uint64_t times) {
    if (report.statistics.small) small_ += times;
    if (report.statistics.suspicious) suspicious_ += times;
    if (observer_ != nullptr) observer_->OnGroup(report, times);
  }
  void TellAdvantages(std::span<const float> advantages) {
    if (tells_advantages_) observer_->OnAdvantages(advantages);
  }
  void TellPair(const GroupReport& report, FloatPair pair, std::uint64_t times) {
    if (!tells_advantages_) return;
    const GroupStatistics& s = report.statistics;
    observer_->OnAdvantage(pair.correct, times * s.c);
    observer_->OnAdvantage(pair.wrong, times * (s.n - s.c));
  }
  void Warn(std::vector<Warning>& warnings) const;

  // Each group must be told by itself and in order.
  bool wants_each() const { return wants_each_; }

 private:
  const MethodRow& row_;
  const Options& options_;
  const GroupPolicy& policy_;
  GroupObserver* const observer_;
  const bool wants_each_;
  const bool tells_advantages_;
  GroupReport report_;
  std::vector<double> pass_at_k_;
  std::uint64_t small_ = 0;
  std::uint64_t suspicious_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_GROUP_REPORTER_H_
