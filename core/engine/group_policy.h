// What a group gets: all of the policy, in one pure function. Nothing here remembers another group,
// reads a reward or writes an advantage.
//
//   what one look told  →  Decide  →  a verdict: an error, zeros, the inputs themselves, a pair of
//                                     advantages, or the method's affine, rank or shaped form
#ifndef ADVANTAGED_CORE_ENGINE_GROUP_POLICY_H_
#define ADVANTAGED_CORE_ENGINE_GROUP_POLICY_H_

#include <cstdint>

#include "advantaged/advantaged.h"
#include "core/kernels/constant_rule.h"
#include "core/methods/resolve.h"

namespace advantaged {

// What one look at a group told.
struct GroupFacts {
  std::uint32_t declared = 0;  // responses, masked ones included
  std::uint32_t n = 0;         // valid ones; 0: nothing below means anything
  bool finite = true;          // the rewards are, all of them
  bool binary = false;         // all rewards are 0 or 1
  std::uint32_t ones = 0;      // if binary: how many are 1
  float minimum = 0;
  float maximum = 0;
  bool outcomes_known = false;
  std::uint32_t correct = 0;  // if known: the responses that are
  bool has_tokens = true;     // a length is above 0
};

enum class Verdict : std::uint8_t {
  kError,   // the request cannot be answered: `Decision::error`
  kZero,    // every response 0
  kRaw,     // its outcome where the method takes two values, else its reward
  kPair,    // one value for correct and one for wrong responses, by the table of (n, c)
  kAffine,  // slope · (reward − baseline)
  kRank,    // by the order of the rewards
  kShape,   // affine, with a slope for each outcome (`shape_rewards`)
};

enum class GroupError : std::uint8_t {
  kNone,
  kNotFinite,        // a reward is not
  kUnknownOutcomes,  // and something needs them
  kNoPair,           // `per_group` wants one, and the inputs have more than two values
  kTooSmall,         // masking left too few, and the options make that an error
  kNoTable,          // the caller sent none for this n
  kNoTokens,         // the method weighs by tokens, and no response has one
};

struct Decision {
  Verdict verdict = Verdict::kZero;
  GroupError error = GroupError::kNone;
  bool plain = false;   // IsPlain()
  bool small = false;   // masking left fewer responses than the method needs
  std::uint32_t k = 1;  // Parameters::k, lowered where `clamp_k` applies
};

class GroupPolicy {
 public:
  GroupPolicy(const ResolvedMethod& method, const Options& options, const Batch& batch);

  Decision Decide(const GroupFacts& facts) const;

  // True for a group that Decide would give kAffine or, if it is constant, kZero, and whose report
  // needs no more than extremes: the common case of real rewards, decided by three comparisons.
  bool IsPlain(std::uint32_t n, bool finite, bool binary) const {
    return plain_ && n >= smallest_ && finite && !binary;
  }
  // True if real rewards are the common case: every group of them is plain that is not too small.
  bool plain() const { return plain_; }
  // True if a group of 0/1 rewards is nothing but its sizes and the number of its ones.
  bool counts_decide() const { return counts_decide_; }
  // Inputs of the method that are 0 or 1: a pair of advantages describes the group.
  bool TwoValued(const GroupFacts& facts) const {
    return on_outcomes_ || (row_.has_table() && !options_.shape_rewards && facts.binary);
  }
  // How many of those inputs are 1.
  std::uint32_t CountOnes(const GroupFacts& facts) const {
    return on_outcomes_ ? facts.correct : facts.ones;
  }
  // What constant_tolerance calls constant.
  bool IsConstant(float minimum, float maximum) const { return constant_.Holds(minimum, maximum); }
  // The same for kernels: which groups the method gives 0.
  ConstantRule zero_rule() const { return zero_if_constant_ ? constant_ : ConstantRule::Never(); }
  bool on_outcomes() const { return on_outcomes_; }
  std::uint32_t smallest() const { return smallest_; }
  bool IsIncomplete(std::uint32_t declared) const { return declared < complete_; }
  // Groups of one n that declare sizes of one class get the same: 0 complete, 1 incomplete, 2 also
  // smaller than the method needs.
  std::size_t SizeClass(std::uint32_t declared) const {
    return std::size_t{declared < complete_} + std::size_t{declared < smallest_};
  }

 private:
  // For a group that the method cannot work on: what small_group, or for what was too small before
  // any masking declared_small_group, asks for.
  Decision TooSmall(const GroupFacts& facts, bool raw_is_possible) const;
  bool HasTable(std::uint32_t n) const {
    return row_.has_size == nullptr || row_.has_size(n, parameters_);
  }

  const MethodRow& row_;
  const Parameters& parameters_;
  const Options& options_;
  const std::uint32_t smallest_;  // that the method needs
  const std::uint32_t complete_;  // the least size that a group declares to be complete
  const bool on_outcomes_;        // the method's inputs are outcomes
  const bool zero_if_constant_;
  const bool counts_decide_;
  const bool plain_;
  const ConstantRule constant_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_GROUP_POLICY_H_
