#include "core/batch_run.h"

#include <algorithm>

namespace advantaged {
namespace {

// True if a group of 0/1 rewards is nothing but its (n, c).
bool KindsApply(const Computation& computation, const Options& options) {
  const Batch& batch = computation.batch();
  return batch.valid.empty() && batch.outcomes.empty() && !options.success_threshold &&
         !options.shape_rewards && computation.method().row->has_table();
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
      ReportAdvantages(run_.advantages());
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
  // Bits are counted where they are.
  const bool bits = !batch_.reward_bits.empty() && groups_.contiguous();
  const std::span<const float> rewards = bits ? batch_.rewards : Rewards(first, last);
  if (options_.per_group) {
    if (!bits) return CountOnes(rewards, offsets, counts_);
    CountBits(batch_.reward_bits.bytes, offsets, counts_);
    return counts_.size();
  }
  tables_.resize(last - first);
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    tables_[i] = kinds_.OfSize(groups_.size(first + i)).entries().data();
  }
  const std::size_t size = offsets.back() - offsets.front();
  if (!groups_.contiguous()) written_.resize(size);
  const std::span<float> out =
      groups_.contiguous() ? out_.subspan(offsets.front(), size) : std::span(written_);
  std::size_t binary = counts_.size();
  if (bits) {
    SelectFromBits(batch_.reward_bits.bytes, offsets, tables_, out, counts_);
  } else {
    binary = SelectFromTables(rewards, offsets, tables_, out, counts_);
  }
  if (!groups_.contiguous()) Scatter(offsets.front(), groups_.begin(first + binary));
  return binary;
}

void BatchRun::Scatter(std::size_t begin, std::size_t end) {
  const std::span<const std::uint32_t> members = groups_.members();
  for (std::size_t i = begin; i < end; ++i) out_[members[i]] = written_[i - begin];
}

std::span<const float> BatchRun::Rewards(std::size_t first, std::size_t last) {
  const std::size_t begin = groups_.begin(first);
  const std::size_t size = groups_.begin(last) - begin;
  if (groups_.contiguous() && batch_.reward_bits.empty()) {
    return batch_.rewards.subspan(begin, size);
  }
  if (begin < gathered_from_ || begin + size > gathered_from_ + gathered_.size()) {
    gathered_from_ = begin;
    gathered_.resize(size);
    const std::span<const std::uint32_t> members = groups_.members();
    for (std::size_t i = 0; i < size; ++i) {
      gathered_[i] = batch_.reward(groups_.contiguous() ? begin + i : members[begin + i]);
    }
  }
  return std::span(gathered_).subspan(begin - gathered_from_, size);
}

void BatchRun::OneByOne(std::size_t first, std::size_t last) {
  if (!batch_.valid.empty()) {
    for (std::size_t group = first; group < last; ++group) {
      if (run_.Group(group) != nullptr) ReportAdvantages(run_.advantages());
    }
    return;
  }
  const std::span<const std::uint32_t> offsets = Offsets(first, last);
  const std::span<const float> rewards = Rewards(first, last);
  moments_.Compute(rewards, offsets);
  // Advantages that stand side by side are reported at once.
  const bool at_once = groups_.contiguous() && !options_.per_group;
  for (std::size_t i = 0; i < last - first; ++i) {
    const auto of_group = rewards.subspan(offsets[i] - offsets[0], offsets[i + 1] - offsets[i]);
    const GroupReport* report = run_.Group(first + i, of_group, moments_.Scan(i), moments_.Of(i));
    if (report != nullptr && !at_once) ReportAdvantages(run_.advantages());
  }
  if (at_once && violations_.empty()) {
    ReportAdvantages(out_.subspan(offsets.front(), rewards.size()));
  }
}

void BatchRun::ReportAdvantages(std::span<const float> advantages) {
  if (observer_ != nullptr && options_.stages.empty()) observer_->OnAdvantages(advantages);
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
