// Groups that the engine looks at one by one: real rewards, outcomes beside rewards, and whatever
// is to be refused.
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "core/engine/engine.h"
#include "core/kernels/apply.h"
#include "core/methods/base.h"
#include "core/methods/failure.h"
#include "core/violations/sentence.h"

namespace advantaged {

void Engine::ComputeEach(std::size_t begin) {
  const std::size_t count = places_.count() - begin;
  offset_ = places_.offset(begin);
  places_ = reader_.Rewards().Part(begin, places_.count());
  first_ += begin;
  out_of_block_ = out_of_block_.subspan(offset_);
  outcomes_ = reader_.Outcomes(options_.success_threshold);
  if (!outcomes_.empty()) {
    outcomes_ = outcomes_.subspan(offset_);
    counts_.resize(count);
    CountOnes(places_.WithRewards(outcomes_.data()), counts_);
  }
  lengths_ = row_.needs_lengths ? reader_.Lengths() : std::span<const std::uint32_t>();
  if (!lengths_.empty()) lengths_ = lengths_.subspan(offset_);

  if (policy_.plain()) {
    affine_.LookAndApply(places_, row_.rule(parameters_), policy_.zero_rule(), out_of_block_);
  } else {
    affine_.Look(places_);
  }
  decisions_.resize(count);
  each_.resize(count);
  for (std::size_t group = 0; group < count; ++group) Decide(group);
  for (std::size_t from = 0, to = 0; from < count; from = to) {
    const Decision& first = decisions_[from];
    while (to < count && decisions_[to].verdict == first.verdict && decisions_[to].k == first.k) {
      ++to;
    }
    Write(from, to);
  }
  for (std::size_t group = 0; group < count; ++group) Report(group);
  if (violations_.empty()) reporter_.TellAdvantages(out_of_block_);
}

GroupFacts Engine::FactsOf(std::size_t group) const {
  GroupFacts facts{.declared = groups_.size(first_ + group),
                   .n = static_cast<std::uint32_t>(places_.size(group))};
  if (facts.n == 0) return facts;
  const RewardScan scan = affine_.moments().Scan(group);
  facts.finite = scan.finite;
  facts.binary = scan.binary;
  facts.ones = static_cast<std::uint32_t>(scan.ones);
  facts.minimum = scan.minimum;
  facts.maximum = scan.maximum;
  facts.outcomes_known = scan.binary;
  facts.correct = facts.ones;
  if (!outcomes_.empty()) {
    facts.outcomes_known = true;
    facts.correct = counts_[group];
  }
  if (row_.needs_lengths) {
    facts.has_tokens = std::ranges::any_of(OfGroup(lengths_, group), [](auto l) { return l > 0; });
  }
  return facts;
}

void Engine::Decide(std::size_t group) {
  const GroupMoments& moments = affine_.moments();
  const std::size_t n = places_.size(group);
  if (policy_.IsPlain(static_cast<std::uint32_t>(n), moments.Finite(group),
                      moments.Binary(group))) {
    decisions_[group] = {.verdict = Verdict::kAffine, .plain = true, .k = parameters_.k};
    return;
  }
  each_[group] = {.facts = FactsOf(group)};
  decisions_[group] = policy_.Decide(each_[group].facts);
}

void Engine::Write(std::size_t begin, std::size_t end) {
  const Decision& decision = decisions_[begin];
  if (IsByRule(decision)) {
    if (policy_.plain()) return;  // with the look
    affine_.Apply(places_, begin, end, row_.rule(parameters_), policy_.zero_rule(), out_of_block_);
  } else if (decision.verdict == Verdict::kRank) {
    const GroupPlaces groups = places_.Part(begin, end);
    doubles_.resize(groups.responses());
    row_.rank(groups, WithK(decision.k), rank_memory_, doubles_);
    ToFloat32(doubles_, out_of_block_.subspan(places_.offset(begin), doubles_.size()));
  } else {
    for (std::size_t group = begin; group < end; ++group) WriteGroup(group);
  }
}

void Engine::WriteGroup(std::size_t group) {
  Decision& decision = decisions_[group];
  const GroupFacts& facts = each_[group].facts;
  const std::span<float> out = Advantages(group);
  const std::span<const float> rewards = places_.rewards(group);
  std::ranges::fill(out, 0.0F);
  if (decision.verdict == Verdict::kPair ||
      (decision.verdict == Verdict::kRaw && policy_.TwoValued(facts))) {
    WritePair(group);
  } else if (decision.verdict == Verdict::kRaw) {
    // Adding 0: no advantage is −0.
    std::ranges::transform(rewards, out.begin(), [](float reward) { return reward + 0.0F; });
  } else if (decision.verdict == Verdict::kAffine) {
    const Moments moments = affine_.moments().Of(group);
    const Affine a = row_.affine({rewards, OfGroup(lengths_, group), moments}, WithK(decision.k));
    ApplyAffine(rewards, a.slope, a.centre, a.shift, out);
  } else if (decision.verdict == Verdict::kShape) {
    WriteShaped(group);
  }
}

void Engine::WritePair(std::size_t group) {
  const std::optional<FloatPair> pair = PairOf(decisions_[group], each_[group].facts);
  if (!pair) {
    decisions_[group] = {.verdict = Verdict::kError};
    return;
  }
  each_[group].pair = *pair;
  SelectPair(policy_.on_outcomes() ? OutcomesOf(group) : places_.rewards(group), pair->correct,
             pair->wrong, Advantages(group));
}

void Engine::WriteShaped(std::size_t group) {
  const GroupFacts& facts = each_[group].facts;
  const Parameters& parameters = WithK(decisions_[group].k);
  const std::uint32_t n = facts.n;
  const std::uint32_t c = facts.correct;
  if (!tables_.Holds(parameters, n, c)) {
    decisions_[group] = {.verdict = Verdict::kError};
    return;
  }
  const std::uint32_t k = std::min(parameters.k, n);
  const double f_correct = c == 0 ? 0 : FailureWithout(n, k, c - 1);
  const Pair factor = row_.factor(MakeCounts(n, c, f_correct, FailureWithout(n, k, c)), parameters);
  const Moments moments = affine_.moments().Of(group);
  const std::span<const float> rewards = places_.rewards(group);
  const Affine a = BaseAffine(row_.base(parameters), {rewards, OfGroup(lengths_, group), moments});
  ApplyAffineByOutcome(rewards, OutcomesOf(group), factor.correct * a.slope, factor.wrong * a.slope,
                       a.centre, a.shift, Advantages(group));
}

std::span<const float> Engine::OutcomesOf(std::size_t group) const {
  if (!outcomes_.empty()) return OfGroup(outcomes_, group);
  return each_[group].facts.outcomes_known ? places_.rewards(group) : std::span<const float>();
}

void Engine::Report(std::size_t group) {
  const Decision& decision = decisions_[group];
  const std::span<const float> advantages = Advantages(group);
  const bool within_float = IsByRule(decision) && affine_.WithinFloat(group);
  if (decision.plain && within_float && !reporter_.wants_each() &&
      advantages.size() <= kMaxTableSize) {
    return ReportPlain(group);
  }
  Each& each = each_[group];
  if (decision.plain) each = {.facts = FactsOf(group)};
  if (decision.verdict == Verdict::kError) return Refuse(group, decision.error);
  const std::size_t beyond = within_float ? advantages.size() : FirstNonFinite(advantages);
  if (beyond < advantages.size()) {
    violations_.Add([&] { return RewardAt(group, beyond); },
                    [&] {
                      return Compose("the advantage of this response, in ",
                                     groups_.Name(first_ + group), ", is beyond float32");
                    });
    return;
  }
  if (options_.per_group) PutPair(group, each.pair);
  const Moments moments = affine_.moments().Of(group);
  GroupReport& report = reporter_.Describe(each.facts, decision.small, &moments);
  report.statistics.id = groups_.id(first_ + group);
  if (policy_.TwoValued(each.facts) && (policy_.on_outcomes() || outcomes_.empty())) {
    GroupReporter::AddPair(each.pair, report);
  } else {
    GroupReporter::AddAdvantages(advantages, OutcomesOf(group), report);
  }
  reporter_.Tell(report, 1);
}

void Engine::ReportPlain(std::size_t group) {
  const RewardScan scan = affine_.moments().Scan(group);
  const bool constant = policy_.IsConstant(scan.minimum, scan.maximum);
  const bool suspicious = IsSuspicious(scan.minimum, scan.maximum);
  const bool no_signal = affine_.AllZero(group);
  GroupKind*& kind =
      KindsOf(group)
          .varied[std::size_t{constant} + 2 * std::size_t{suspicious} + 4 * std::size_t{no_signal}];
  if (kind == nullptr) {
    GroupReport& report = reporter_.Describe(FactsOf(group), false, nullptr);
    report.statistics.id = groups_.id(first_ + group);
    report.statistics.no_signal = no_signal;
    kind = &kinds_.Add(report, {0, 0}, false);
  }
  ++kind->unreported;
}

std::string Engine::RewardAt(std::size_t group, std::size_t response) const {
  return At("rewards", reader_.Index(offset_ + places_.offset(group) + response));
}

// An error of kNone has been added already.
void Engine::Refuse(std::size_t group, GroupError error) {
  const std::span<const float> rewards = places_.rewards(group);
  const auto name = [&] { return groups_.Name(first_ + group); };
  // Names the first reward that is neither 0 nor 1 and the consequence.
  const auto refuse_non_binary = [&](const auto& consequence) {
    std::size_t i = 0;
    while (rewards[i] == 0 || rewards[i] == 1) ++i;
    violations_.Add(
        [&] { return RewardAt(group, i); },
        [&] { return Compose(ValueOf(rewards[i]), " is neither 0 nor 1, ", consequence()); });
  };
  switch (error) {
    case GroupError::kNone:
      return;
    case GroupError::kNotFinite:
      for (std::size_t i = 0; i < rewards.size(); ++i) {
        if (std::isfinite(rewards[i])) continue;
        violations_.Add([&] { return RewardAt(group, i); },
                        [&] {
                          return Compose(ValueOf(rewards[i]),
                                         " is not finite; if the response has no reward,"
                                         " mask it out (valid)");
                        });
      }
      return;
    case GroupError::kUnknownOutcomes:
      return refuse_non_binary([&] {
        return Compose("so the outcomes of ", name(), " are unknown and ",
                       row_.input == MethodInput::kOutcomes ? row_.name : "zero_unless_mixed",
                       " needs them: send outcomes or success_threshold");
      });
    case GroupError::kNoPair:
      return refuse_non_binary([&] {
        return Compose("so one pair of advantages for ", name(), " (reply_form) is impossible");
      });
    case GroupError::kTooSmall:
      return violations_.Add([] { return "small_group"; },
                             [&] {
                               return Compose(name(), " has ", rewards.size(), " valid responses; ",
                                              row_.name, " needs at least ", policy_.smallest());
                             });
    case GroupError::kNoTable:
      return violations_.Add([&] { return Concat("method.", row_.name, ".tables"); },
                             [&] {
                               return Compose("no table for n = ", rewards.size(),
                                              ", the valid responses of ", name());
                             });
    case GroupError::kNoTokens:
      return violations_.Add(
          [&] { return At("lengths", reader_.Index(offset_ + places_.offset(group))); },
          [&] {
            return Compose(ValueOf(0), ", like all lengths of ", name(), "; ", row_.name,
                           " needs one above 0");
          });
  }
}

}  // namespace advantaged
