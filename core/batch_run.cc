#include "core/batch_run.h"

#include <algorithm>
#include <limits>

namespace advantaged {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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
      by_kind_(KindsApply(computation, options_)),
      stretch_(computation, options_),
      unknown_(options_.pass_at.size(), kNaN) {}

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
  ReportVariedSoFar();
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
  if (ReportByNumber(first, binary)) return binary;
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
    if (options_.per_group) WritePair(group, kind->pair);
  }
  // Groups of a kind that was not known yet were written as if they got 0.
  if (learned && !options_.per_group) CountAndSelect(first, first + binary);
  return binary;
}

std::size_t BatchRun::CountAndSelect(std::size_t first, std::size_t last) {
  counts_.resize(last - first);
  const std::size_t begin = groups_.begin(first);
  const std::size_t size = groups_.begin(last) - begin;
  const std::span<float> out = options_.per_group ? std::span<float>() : Room(begin, size);
  const std::size_t binary = groups_.uniform_size() > 0 ? CountAndSelectOfOneSize(first, out)
                                                        : CountAndSelectOfAnySize(first, out);
  const bool scatter = !options_.per_group && !groups_.contiguous();
  if (scatter) Scatter(begin, groups_.begin(first + binary));
  return binary;
}

// Bits are counted where they are.
std::size_t BatchRun::CountAndSelectOfOneSize(std::size_t first, std::span<float> out) {
  const std::uint32_t n = groups_.uniform_size();
  const std::vector<FloatPair>& entries = kinds_.OfSize(n).entries();
  if (bits_in_place()) {
    const std::span<const std::uint8_t> bits = batch_.reward_bits.bytes;
    if (options_.per_group) {
      CountBits(bits, groups_.begin(first), n, counts_);
    } else {
      SelectFromBits(bits, groups_.begin(first), n, entries, out, counts_);
    }
    return counts_.size();
  }
  const std::span<const float> rewards = Rewards(first, first + counts_.size());
  return options_.per_group ? CountOnes(rewards, n, counts_)
                            : SelectFromTable(rewards, n, entries, out, counts_);
}

std::size_t BatchRun::CountAndSelectOfAnySize(std::size_t first, std::span<float> out) {
  const auto offsets = groups_.offsets().subspan(first, counts_.size() + 1);
  if (!options_.per_group) {
    tables_.resize(counts_.size());
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      tables_[i] = kinds_.OfSize(groups_.size(first + i)).entries().data();
    }
  }
  if (bits_in_place()) {
    const std::span<const std::uint8_t> bits = batch_.reward_bits.bytes;
    if (options_.per_group) {
      CountBits(bits, offsets, counts_);
    } else {
      SelectFromBits(bits, offsets, tables_, out, counts_);
    }
    return counts_.size();
  }
  const std::span<const float> rewards = Rewards(first, first + counts_.size());
  return options_.per_group ? CountOnes(rewards, offsets, counts_)
                            : SelectFromTables(rewards, offsets, tables_, out, counts_);
}

bool BatchRun::ReportByNumber(std::size_t first, std::size_t groups) {
  // A stretch of larger groups has hardly more of them than kinds.
  constexpr std::uint32_t kLargest = 64;
  const std::uint32_t n = groups_.uniform_size();
  if (n == 0 || n > kLargest || each_group_) return false;
  // Neighbours may be of one kind: counted in turn into several rows, one addition starts before
  // the last has ended.
  std::uint32_t rows[4][kLargest + 1] = {};
  for (std::size_t i = 0; i < groups; ++i) ++rows[i % 4][counts_[i]];
  KindsOfSize& kinds = kinds_.OfSize(n);
  const auto number = [&](std::uint32_t c) {
    return rows[0][c] + rows[1][c] + rows[2][c] + rows[3][c];
  };
  for (std::uint32_t c = 0; c <= n; ++c) {
    if (number(c) > 0 && kinds.Find(c) == nullptr) return false;
  }
  for (std::uint32_t c = 0; c <= n; ++c) {
    if (number(c) > 0) kinds.Find(c)->unreported += number(c);
  }
  if (!options_.per_group) return true;
  for (std::size_t i = 0; i < groups; ++i) WritePair(first + i, kinds.entries()[counts_[i]]);
  return true;
}

std::span<float> BatchRun::Room(std::size_t begin, std::size_t size) {
  if (groups_.contiguous()) return out_.subspan(begin, size);
  written_.resize(size);
  return written_;
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

GroupPlaces BatchRun::Places(std::size_t first, std::size_t last) {
  const std::span<const float> rewards = Rewards(first, last);
  if (groups_.uniform_size() > 0) return {rewards, groups_.uniform_size()};
  return {rewards, groups_.offsets().subspan(first, last - first + 1)};
}

void BatchRun::OneByOne(std::size_t first, std::size_t last) {
  if (!batch_.valid.empty()) {
    for (std::size_t group = first; group < last; ++group) {
      if (run_.Group(group) != nullptr) ReportAdvantages(run_.advantages());
    }
    return;
  }
  const GroupPlaces places = Places(first, last);
  const std::size_t begin = groups_.begin(first);
  const std::size_t size = groups_.begin(last) - begin;
  const bool ahead = stretch_.Applies(places);
  // Advantages that stand side by side are reported at once.
  const bool at_once = ahead || (groups_.contiguous() && !options_.per_group);
  const std::span<float> out = at_once ? Room(begin, size) : std::span<float>();
  if (ahead) {
    stretch_.Compute(places, out);
  } else {
    moments_.Compute(places);
  }
  if (ahead && !groups_.contiguous()) Scatter(begin, begin + size);
  const GroupMoments& moments = ahead ? stretch_.moments() : moments_;
  for (std::size_t i = 0; i < places.count(); ++i) {
    const std::size_t n = places.size(i);
    const RewardScan scan = moments.Scan(i);
    if (ahead && !each_group_ && stretch_.Settles(i, n, scan)) {
      ReportVaried(static_cast<std::uint32_t>(n), scan, stretch_.AllZero(i));
      continue;
    }
    const GroupReport* report =
        run_.Group(first + i, {places.begin(i), n}, scan, moments.Of(i),
                   ahead ? out.subspan(places.offset(i), n) : std::span<float>());
    if (report != nullptr && !at_once) ReportAdvantages(run_.advantages());
  }
  if (at_once && violations_.empty()) ReportAdvantages(out);
}

void BatchRun::ReportVaried(std::uint32_t n, const RewardScan& scan, bool no_signal) {
  const GroupOutcome outcome = IsConstant(scan, options_.constant_tolerance)
                                   ? GroupOutcome::kConstant
                                   : GroupOutcome::kVaried;
  const bool suspicious = IsSuspicious(scan);
  run_.CountSuspicious(suspicious);
  if (observer_ == nullptr) return;
  GroupStatistics& last = varied_.statistics;
  if (varied_times_ > 0 && (last.n != n || last.outcome != outcome ||
                            last.suspicious != suspicious || last.no_signal != no_signal)) {
    ReportVariedSoFar();
  }
  if (varied_times_++ > 0) return;
  last = {.n = n,
          .outcome = outcome,
          .incomplete = n < run_.complete_size(),
          .suspicious = suspicious,
          .no_signal = no_signal,
          .success_rate = kNaN,
          .mean = kNaN,
          .sd = kNaN,
          .priority = kNaN};
  varied_.pass_at_k = unknown_;
}

void BatchRun::ReportVariedSoFar() {
  if (varied_times_ > 0) observer_->OnGroup(varied_, varied_times_);
  varied_times_ = 0;
}

void BatchRun::ReportAdvantages(std::span<const float> advantages) {
  if (observer_ != nullptr && options_.stages.empty()) observer_->OnAdvantages(advantages);
}

void BatchRun::ReportAtOnce(GroupKind& kind, std::size_t group) {
  kind.report.statistics.id = groups_.id(group);
  observer_->OnGroup(kind.report, 1);
  if (!options_.stages.empty()) return;
  const GroupStatistics& statistics = kind.report.statistics;
  observer_->OnAdvantage(kind.pair.correct, statistics.c);
  observer_->OnAdvantage(kind.pair.wrong, statistics.n - statistics.c);
}

}  // namespace advantaged
