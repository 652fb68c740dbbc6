#include "core/batch_run.h"

#include <algorithm>

namespace advantaged {
namespace {

// True if a group of 0/1 rewards is nothing but its (n, c), and stands in the request as kernels
// want it.
bool KindsApply(const Computation& computation, const Options& options) {
  const Batch& batch = computation.batch();
  return computation.groups().contiguous() && batch.valid.empty() && batch.outcomes.empty() &&
         !options.success_threshold && !options.shape_rewards &&
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
  // Larger groups have no table, and no neighbours in their stretch. Once something is wrong only
  // the violations matter, and each group may have its own.
  if (by_kind_ && groups_.size(first) <= kMaxTableSize && violations_.empty()) {
    first += ByKind(first, last);
  }
  if (first < last) OneByOne(first, last);
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

std::size_t BatchRun::ByKind(std::size_t first, std::size_t last) {
  const std::size_t binary = CountAndSelect(first, last);
  bool learned = false;
  for (std::size_t i = 0; i < binary; ++i) {
    const std::size_t group = first + i;
    GroupKind* kind = kinds_.OfSize(groups_.size(group)).Find(counts_[i]);
    if (kind == nullptr) {
      const GroupReport* report = run_.Group(group);
      if (report == nullptr) return i + 1;
      kind = &kinds_.Add(*report, run_.pair());
      learned = true;
    } else {
      Report(*kind, group);
    }
    if (options_.per_group) {
      out_[2 * group] = kind->pair.correct;
      out_[2 * group + 1] = kind->pair.wrong;
    }
  }
  // Groups of a kind that was not known yet were written as if they got 0.
  if (learned && !options_.per_group) CountAndSelect(first, first + binary);
  return binary;
}

std::size_t BatchRun::CountAndSelect(std::size_t first, std::size_t last) {
  counts_.resize(last - first);
  const std::span<const std::uint32_t> offsets = Offsets(first, last);
  const bool bits = !batch_.reward_bits.empty();
  const std::size_t begin = offsets.front();
  const std::size_t size = offsets.back() - begin;
  const std::span<const float> rewards =
      bits ? batch_.rewards : batch_.rewards.subspan(begin, size);
  if (options_.per_group) {
    if (!bits) return CountOnes(rewards, offsets, counts_);
    CountBits(batch_.reward_bits.bytes, offsets, counts_);
    return counts_.size();
  }
  tables_.resize(last - first);
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    tables_[i] = kinds_.OfSize(groups_.size(first + i)).entries().data();
  }
  const std::span<float> out = out_.subspan(begin, size);
  if (!bits) return SelectFromTables(rewards, offsets, tables_, out, counts_);
  SelectFromBits(batch_.reward_bits.bytes, offsets, tables_, out, counts_);
  return counts_.size();
}

void BatchRun::OneByOne(std::size_t first, std::size_t last) {
  if (!run_.reads_in_place()) {
    for (std::size_t group = first; group < last; ++group) run_.Group(group);
    return;
  }
  const std::span<const std::uint32_t> offsets = Offsets(first, last);
  moments_.Compute(batch_.rewards.subspan(offsets.front(), offsets.back() - offsets.front()),
                   offsets);
  for (std::size_t i = 0; i < last - first; ++i) {
    run_.Group(first + i, moments_.Scan(i), moments_.Of(i));
  }
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

}  // namespace advantaged
