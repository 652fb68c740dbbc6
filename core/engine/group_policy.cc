#include "core/engine/group_policy.h"

#include "core/batch/group_sizes.h"

namespace advantaged {
namespace {

Decision Error(GroupError error) { return {.verdict = Verdict::kError, .error = error}; }

}  // namespace

GroupPolicy::GroupPolicy(const ResolvedMethod& method, const Options& options, const Batch& batch)
    : row_(*method.row),
      parameters_(method.parameters),
      options_(options),
      smallest_(row_.smallest_group(parameters_)),
      complete_(CompleteSize(batch, method)),
      on_outcomes_(row_.input == MethodInput::kOutcomes && !options.shape_rewards),
      zero_if_constant_(row_.zero_if_constant(parameters_)),
      counts_decide_(batch.outcomes.empty() && !options.success_threshold &&
                     !options.shape_rewards && row_.has_table()),
      plain_(batch.outcomes.empty() && !options.success_threshold && !options.shape_rewards &&
             !options.zero_unless_mixed && !options.per_group && row_.rule != nullptr &&
             row_.input != MethodInput::kOutcomes && !row_.needs_lengths),
      constant_(ConstantRule::Within(options.constant_tolerance)) {}

Decision GroupPolicy::Decide(const GroupFacts& facts) const {
  if (facts.n == 0) return {};
  if (!facts.finite) return Error(GroupError::kNotFinite);
  const bool needs_outcomes = row_.input == MethodInput::kOutcomes || options_.zero_unless_mixed;
  if (needs_outcomes && !facts.outcomes_known) return Error(GroupError::kUnknownOutcomes);
  const bool two_valued = TwoValued(facts);
  if (options_.per_group && !two_valued) return Error(GroupError::kNoPair);

  const bool mixed = facts.correct > 0 && facts.correct < facts.n;
  const bool unmixed = options_.zero_unless_mixed && !mixed;
  Decision decision{.k = parameters_.k};
  const bool works = facts.n >= smallest_ && (!IsIncomplete(facts.declared) || HasTable(facts.n));
  if (!works) {
    decision = TooSmall(facts, !unmixed);
    if (decision.verdict != Verdict::kPair) return decision;
  }
  const bool constant =
      !on_outcomes_ && zero_if_constant_ && IsConstant(facts.minimum, facts.maximum);
  if (unmixed || constant) {
    decision.verdict = Verdict::kZero;
  } else if (two_valued) {
    if (!HasTable(facts.n)) return Error(GroupError::kNoTable);
    decision.verdict = Verdict::kPair;
  } else if (options_.shape_rewards) {
    decision.verdict = Verdict::kShape;
  } else if (row_.rank != nullptr) {
    decision.verdict = Verdict::kRank;
  } else if (row_.needs_lengths && !facts.has_tokens) {
    return Error(GroupError::kNoTokens);
  } else {
    decision.verdict = Verdict::kAffine;
  }
  return decision;
}

// kPair here says: go on, with a smaller K.
Decision GroupPolicy::TooSmall(const GroupFacts& facts, bool raw_is_possible) const {
  const bool small = facts.n < smallest_ && facts.declared >= smallest_;
  switch (small ? options_.small_group : options_.declared_small_group) {
    case SmallGroupPolicy::kError:
      return {.verdict = Verdict::kError, .error = GroupError::kTooSmall, .small = small};
    case SmallGroupPolicy::kRaw:
      return {.verdict = raw_is_possible ? Verdict::kRaw : Verdict::kZero, .small = small};
    case SmallGroupPolicy::kClampK: {
      // K lowered to the largest that n allows, if there is one.
      const std::uint32_t over = facts.n < smallest_ ? smallest_ - facts.n : 0;
      if (over == 0 || over >= parameters_.k) break;
      Parameters clamped = parameters_;
      clamped.k -= over;
      if (row_.smallest_group(clamped) > facts.n) break;
      return {.verdict = Verdict::kPair, .small = small, .k = clamped.k};
    }
    case SmallGroupPolicy::kZero:
      break;
  }
  return {.verdict = Verdict::kZero, .small = small};
}

}  // namespace advantaged
