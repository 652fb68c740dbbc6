#include "core/batch_run.h"

#include <algorithm>

#include "core/kernels/apply.h"
#include "core/kernels/moments.h"

namespace advantaged {
namespace {

// True if a group of 0/1 rewards is nothing but its (n, c), and stands in the request as the
// kernels want it.
bool KindsApply(const Computation& computation, const Options& options) {
  const Batch& batch = computation.batch();
  return computation.groups().contiguous() && batch.valid.empty() && batch.outcomes.empty() &&
         batch.reward_bits.empty() && !options.success_threshold && !options.shape_rewards &&
         computation.method().row->has_table();
}

}  // namespace

BatchRun::BatchRun(const Request& request, const Computation& computation, std::span<float> out,
                   GroupObserver* observer, Violations& violations)
    : options_(request.options),
      groups_(computation.groups()),
      batch_(computation.batch()),
      out_(out),
      observer_(observer),
      each_group_(observer != nullptr && observer->WantsEachGroup()),
      violations_(violations),
      run_(request, computation, out, observer, violations),
      by_kind_(KindsApply(computation, options_)) {}

void BatchRun::Stretch(std::size_t first, std::size_t last) {
  while (first < last) {
    // Once something is wrong only the violations matter, and each group may have its own.
    if (by_kind_ && violations_.empty()) first += OfKnownKind(first, last);
    if (first < last) run_.Group(first++);
  }
}

void BatchRun::Finish(std::vector<Warning>& warnings) {
  run_.Warn(warnings);
  if (observer_ == nullptr) return;
  for (GroupKind& kind : kinds_.all()) {
    if (kind.unreported == 0) continue;
    observer_->OnGroup(kind.report, kind.unreported);
    if (!options_.stages.empty()) continue;
    const GroupStatistics& statistics = kind.report.statistics;
    observer_->OnAdvantage(kind.pair.correct, kind.unreported * statistics.c);
    observer_->OnAdvantage(kind.pair.wrong, kind.unreported * (statistics.n - statistics.c));
  }
}

std::size_t BatchRun::OfKnownKind(std::size_t first, std::size_t last) {
  const std::size_t binary = CountOnes(first, last);
  pairs_.clear();
  for (std::size_t i = 0; i < binary; ++i) {
    const GroupKind* kind = KindOf(first + i, counts_[i]);
    if (kind == nullptr) {
      Write(first);
      return i + 1;
    }
    pairs_.push_back(kind->pair);
  }
  Write(first);
  return binary;
}

std::size_t BatchRun::CountOnes(std::size_t first, std::size_t last) {
  counts_.clear();
  for (std::size_t group = first; group < last; ++group) {
    const RewardScan scan =
        ScanRewards(batch_.rewards.subspan(groups_.begin(group), groups_.size(group)));
    if (!scan.binary || !scan.finite) break;
    counts_.push_back(static_cast<std::uint32_t>(scan.ones));
  }
  return counts_.size();
}

GroupKind* BatchRun::KindOf(std::size_t group, std::uint32_t ones) {
  const std::uint32_t n = groups_.size(group);
  if (n <= kMaxTableSize) {
    if (GroupKind* kind = kinds_.Find(n, ones)) {
      Report(*kind, group);
      return kind;
    }
  }
  const GroupReport* report = run_.Group(group);
  if (report == nullptr || n > kMaxTableSize) return nullptr;
  kinds_.Add(*report, run_.pair());
  return kinds_.Find(n, ones);
}

void BatchRun::Report(GroupKind& kind, std::size_t group) {
  if (!each_group_) {
    ++kind.unreported;
    return;
  }
  kind.report.statistics.id = groups_.id(group);
  observer_->OnGroup(kind.report, 1);
  if (!options_.stages.empty()) return;
  const GroupStatistics& statistics = kind.report.statistics;
  observer_->OnAdvantage(kind.pair.correct, statistics.c);
  observer_->OnAdvantage(kind.pair.wrong, statistics.n - statistics.c);
}

void BatchRun::Write(std::size_t first) {
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const std::size_t group = first + i;
    if (options_.per_group) {
      out_[2 * group] = pairs_[i].correct;
      out_[2 * group + 1] = pairs_[i].wrong;
    } else {
      const std::size_t begin = groups_.begin(group);
      const std::uint32_t n = groups_.size(group);
      SelectByReward(batch_.rewards.subspan(begin, n), pairs_[i].correct, pairs_[i].wrong,
                     out_.subspan(begin, n));
    }
  }
}

}  // namespace advantaged
