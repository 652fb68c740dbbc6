#include "core/engine/engine.h"

#include <algorithm>
#include <cmath>

namespace advantaged {

Engine::Engine(const Request& request, const Computation& computation, std::span<float> out,
               GroupObserver* observer, Violations& violations)
    : options_(request.options),
      row_(*computation.method().row),
      parameters_(computation.method().parameters),
      groups_(computation.groups()),
      out_(out),
      violations_(violations),
      policy_(computation.method(), request.options, computation.batch()),
      reader_(computation.batch(), computation.groups()),
      tables_(row_, violations),
      reporter_(row_, request.options, policy_, observer) {}

void Engine::ComputeBlock(std::size_t first, std::size_t last) {
  first_ = first;
  reader_.Read(first, last);
  places_ = reader_.places();
  out_of_block_ = options_.per_group ? reader_.Scratch() : reader_.Destination(out_);
  std::size_t done = 0;
  // A larger group has no table, and no neighbours in its block. Once something is wrong only the
  // violations matter, and each group may have its own.
  if (policy_.counts_decide() && groups_.size(first) <= kMaxTableSize && violations_.empty()) {
    done = ComputeByCounts();
  }
  if (done < places_.count()) ComputeEach(done);
  if (!options_.per_group) reader_.Deliver(out_);
}

void Engine::Finish(std::vector<Warning>& warnings) {
  for (const GroupKind& kind : kinds_.all()) {
    if (kind.unreported == 0) continue;
    reporter_.Tell(kind.report, kind.unreported);
    if (kind.by_ones) reporter_.TellPair(kind.report, kind.pair, kind.unreported);
  }
  tables_.Warn(warnings);
  reporter_.Warn(warnings);
}

std::size_t Engine::ComputeByCounts() {
  counts_.resize(places_.count());
  const std::size_t binary = CountAndSelect(places_.count());
  const std::size_t kinds_before = kinds_.all().size();
  // A block of larger groups has hardly more of them than kinds.
  constexpr std::size_t kLargest = 64;
  const std::size_t n = places_.uniform_size();
  if (n > 0 && n <= kLargest && !reporter_.wants_each()) {
    // Neighbours may be of one kind: counted in turn into several rows, one addition starts before
    // the last has ended.
    std::uint32_t rows[4][kLargest + 1] = {};
    for (std::size_t i = 0; i < binary; ++i) ++rows[i % 4][counts_[i]];
    for (std::size_t ones = 0; ones <= n; ++ones) {
      const std::uint32_t times = rows[0][ones] + rows[1][ones] + rows[2][ones] + rows[3][ones];
      if (times == 0) continue;
      GroupKind* kind = KindsOf(0).by_ones[ones];
      if (kind == nullptr) {
        const auto group = std::ranges::find(counts_, ones) - counts_.begin();
        kind = KindOf(static_cast<std::size_t>(group));
      }
      if (kind == nullptr) return 0;
      kind->unreported += times;
    }
  } else {
    KindsOfSize* const of_all = n > 0 ? &KindsOf(0) : nullptr;
    for (std::size_t group = 0; group < binary; ++group) {
      KindsOfSize& kinds = of_all != nullptr ? *of_all : KindsOf(group);
      GroupKind* kind = kinds.by_ones[counts_[group]];
      if (kind == nullptr) kind = KindOf(group);
      if (kind == nullptr) return 0;
      if (reporter_.wants_each()) {
        ReportNow(*kind, group);
      } else {
        ++kind->unreported;
      }
    }
  }
  if (options_.per_group) {
    for (std::size_t group = 0; group < binary; ++group) PutPair(group, KindOf(group)->pair);
  } else if (kinds_.all().size() > kinds_before) {
    // Groups of a kind that was not known yet were written as if they got 0.
    CountAndSelect(binary);
  }
  return binary;
}

std::size_t Engine::CountAndSelect(std::size_t groups) {
  const std::span<std::uint32_t> counts = std::span(counts_).first(groups);
  if (const std::optional<RewardBits> bits = reader_.bits()) {
    const GroupPlaces places = places_.Part(0, groups);
    if (options_.per_group) {
      CountOnes(*bits, places, counts);
    } else {
      SelectByCount(*bits, places, Tables(groups), out_of_block_, counts);
    }
    return groups;
  }
  const GroupPlaces places = reader_.Rewards().Part(0, groups);
  return options_.per_group ? CountOnes(places, counts)
                            : SelectByCount(places, Tables(groups), out_of_block_, counts);
}

GroupTables Engine::Tables(std::size_t groups) {
  entries_.resize(places_.uniform_size() > 0 ? 1 : groups);
  for (std::size_t group = 0; group < entries_.size(); ++group) {
    entries_[group] = KindsOf(group).entries.data();
  }
  return entries_;
}

KindsOfSize& Engine::KindsOf(std::size_t group) {
  return kinds_.OfSize(static_cast<std::uint32_t>(places_.size(group)),
                       policy_.SizeClass(groups_.size(first_ + group)));
}

GroupKind* Engine::KindOf(std::size_t group) {
  KindsOfSize& kinds = KindsOf(group);
  const std::uint32_t ones = counts_[group];
  if (kinds.by_ones[ones] != nullptr) return kinds.by_ones[ones];
  const auto n = static_cast<std::uint32_t>(places_.size(group));
  const GroupFacts facts{.declared = groups_.size(first_ + group),
                         .n = n,
                         .binary = true,
                         .ones = ones,
                         .minimum = ones == n ? 1.0F : 0.0F,
                         .maximum = ones > 0 ? 1.0F : 0.0F,
                         .outcomes_known = true,
                         .correct = ones};
  const Decision decision = policy_.Decide(facts);
  const std::optional<FloatPair> pair = PairOf(decision, facts);
  if (!pair || !std::isfinite(pair->correct) || !std::isfinite(pair->wrong)) return nullptr;
  GroupReport& report = reporter_.Describe(facts, decision.small, nullptr);
  report.statistics.id = groups_.id(first_ + group);
  GroupReporter::AddPair(*pair, report);
  GroupKind& kind = kinds_.Add(report, *pair, true);
  kinds.entries[ones] = *pair;
  return kinds.by_ones[ones] = &kind;
}

std::optional<FloatPair> Engine::PairOf(const Decision& decision, const GroupFacts& facts) {
  FloatPair pair{0, 0};
  const std::uint32_t ones = policy_.CountOnes(facts);
  if (decision.verdict == Verdict::kError) return std::nullopt;
  if (decision.verdict == Verdict::kRaw) pair = {1, 0};
  if (decision.verdict == Verdict::kPair) {
    const Parameters& parameters = WithK(decision.k);
    if (!tables_.Holds(parameters, facts.n, facts.correct)) return std::nullopt;
    pair = tables_.Entry(parameters, facts.n, ones);
  }
  return FloatPair{ones > 0 ? pair.correct : 0, ones < facts.n ? pair.wrong : 0};
}

// The parameters, with the K of a Decision.
const Parameters& Engine::WithK(std::uint32_t k) {
  if (k == parameters_.k) return parameters_;
  with_k_ = parameters_;
  with_k_.k = k;
  return with_k_;
}

}  // namespace advantaged
