#include "core/group_run.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "core/failure.h"
#include "core/kernels/apply.h"
#include "core/kernels/constant_rule.h"
#include "core/methods/base.h"
#include "core/methods/surrogate.h"
#include "core/sentence.h"
#include "core/treatment.h"

namespace advantaged {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
GroupOutcome Classify(const GroupOutcomes& outcomes, std::uint32_t n, bool constant) {
  if (!outcomes.known) return constant ? GroupOutcome::kConstant : GroupOutcome::kVaried;
  if (outcomes.correct == 0) return GroupOutcome::kAllFail;
  return outcomes.correct == n ? GroupOutcome::kAllPass : GroupOutcome::kMixed;
}

GroupReport::Mass MassOf(double advantage, std::uint32_t responses, double n) {
  const double mass = std::abs(advantage) * responses / n;
  return advantage > 0 ? GroupReport::Mass{mass, 0} : GroupReport::Mass{0, mass};
}

}  // namespace

bool IsConstant(const RewardScan& scan, double tolerance) {
  return ConstantRule::Within(tolerance).Holds(scan.minimum, scan.maximum);
}

bool IsSuspicious(const RewardScan& scan) {
  constexpr double kSuspiciousSpread = 1e-5;  // of the largest |reward|
  const double spread = static_cast<double>(scan.maximum) - static_cast<double>(scan.minimum);
  const double magnitude = std::max(std::abs(scan.minimum), std::abs(scan.maximum));
  return spread > 0 && spread < kSuspiciousSpread * magnitude;
}

const GroupReport* GroupRun::Group(std::size_t group) {
  State state{.group = group,
              .input = reader_.Read(group),
              .scan = {},
              .outcomes = {},
              .moments = {},
              .ahead = {}};
  if (state.n() > 0) state.scan = ScanRewards(state.input.rewards);
  return Group(state);
}

const GroupReport* GroupRun::Group(std::size_t group, std::span<const float> rewards,
                                   const RewardScan& scan, const Moments& moments,
                                   std::span<float> ahead) {
  State state{.group = group,
              .input = reader_.Read(group, rewards),
              .scan = scan,
              .outcomes = {},
              .moments = moments,
              .ahead = ahead};
  return Group(state);
}

const GroupReport* GroupRun::Group(State& state) {
  report_ = {};
  report_.statistics.id = groups_.id(state.group);
  report_.statistics.n = state.n();
  const std::size_t violations = violations_.count();
  if (state.n() > 0 && !Readable(state)) return nullptr;
  const bool direct = state.input.indices.empty() && !options_.per_group;
  if (!state.ahead.empty()) {
    advantages_ = state.ahead;
  } else if (direct) {
    advantages_ = out_.subspan(state.input.first, state.n());
  } else {
    scratch_.resize(state.n());
    advantages_ = scratch_;
  }
  Statistics(state);
  Advantages(state);
  if (!WriteOut(state)) return nullptr;
  Weigh(state);
  if (observer_ != nullptr) observer_->OnGroup(report_, 1);
  return violations_.count() == violations ? &report_ : nullptr;
}

// Looks at the rewards and outcomes; adds violations and returns false if the method cannot work on
// them.
bool GroupRun::Readable(State& state) {
  if (!state.scan.finite) {
    RefuseNonFinite(state);
    return false;
  }
  state.outcomes = reader_.ReadOutcomes(state.input, state.scan.binary, state.scan.ones);
  const bool needs_outcomes = row_.input == MethodInput::kOutcomes || options_.zero_unless_mixed;
  if (needs_outcomes && !state.outcomes.known) {
    const std::string_view by =
        row_.input == MethodInput::kOutcomes ? row_.name : "zero_unless_mixed";
    RefuseNonBinary(state, [&] {
      return Compose("so the outcomes of ", groups_.Name(state.group), " are unknown and ", by,
                     " needs them: send outcomes or success_threshold");
    });
    return false;
  }
  if (options_.per_group && !TwoValued(state)) {
    RefuseNonBinary(state, [&] {
      return Compose("so one pair of advantages for ", groups_.Name(state.group),
                     " (reply_form) is impossible");
    });
    return false;
  }
  return true;
}

void GroupRun::RefuseNonFinite(const State& state) {
  for (std::size_t i = 0; i < state.input.rewards.size(); ++i) {
    if (std::isfinite(state.input.rewards[i])) continue;
    violations_.Add([&] { return At("rewards", state.input.index(i)); },
                    [&] {
                      return Compose(
                          ValueOf(state.input.rewards[i]),
                          " is not finite; if the response has no reward, mask it out (valid)");
                    });
  }
}

// Names the first reward that is neither 0 nor 1 and the consequence.
template <typename Consequence>
void GroupRun::RefuseNonBinary(const State& state, const Consequence& consequence) {
  const std::span<const float> rewards = state.input.rewards;
  std::size_t i = 0;
  while (rewards[i] == 0 || rewards[i] == 1) ++i;
  violations_.Add(
      [&] { return At("rewards", state.input.index(i)); },
      [&] { return Compose(ValueOf(rewards[i]), " is neither 0 nor 1, ", consequence()); });
}

void GroupRun::Statistics(State& state) {
  GroupStatistics& s = report_.statistics;
  std::ranges::fill(pass_at_k_, kNaN);
  report_.pass_at_k = pass_at_k_;
  s.success_rate = s.mean = s.sd = s.priority = kNaN;
  if (s.n == 0) return;
  s.outcome = Classify(state.outcomes, s.n, IsConstant(state.scan, options_.constant_tolerance));
  s.incomplete = groups_.size(state.group) < complete_size_;
  s.suspicious = IsSuspicious(state.scan);
  suspicious_ += static_cast<std::size_t>(s.suspicious);
  const double n = s.n;
  if (state.scan.binary) {
    const auto ones = static_cast<double>(state.scan.ones);
    s.mean = ones / n;
    s.sd = std::sqrt(ones * (n - ones)) / n;
  } else {
    const Moments& moments = MomentsOf(state);
    s.mean = moments.mean + moments.residual;
    s.sd = state.scan.minimum == state.scan.maximum ? 0 : std::sqrt(moments.centred_squares / n);
  }
  if (!state.outcomes.known) return;
  s.c = state.outcomes.correct;
  s.success_rate = s.c / n;
  s.priority = (n - s.c) / n;
  for (std::size_t i = 0; i < pass_at_k_.size(); ++i) {
    const std::uint32_t k = options_.pass_at[i];
    if (k <= s.n) pass_at_k_[i] = PassAtK(s.n, s.c, FailureWithout(s.n, k, s.c));
  }
}

void GroupRun::Advantages(State& state) {
  pair_ = {0, 0};
  if (state.n() == 0) return;
  GroupStatistics& statistics = report_.statistics;
  const Treatment treatment =
      TreatmentOf(method_, options_, groups_.size(state.group), state.n(), statistics.incomplete);
  const std::optional<Parameters>& parameters = treatment.parameters;
  statistics.small = treatment.small;
  small_ += static_cast<std::size_t>(treatment.small);
  if (treatment.refused) {
    violations_.Add([] { return "small_group"; },
                    [&] {
                      return Compose(groups_.Name(state.group), " has ", state.n(),
                                     " valid responses; ", row_.name, " needs at least ",
                                     smallest_group_);
                    });
  }
  const bool unmixed = options_.zero_unless_mixed && statistics.outcome != GroupOutcome::kMixed;
  const bool constant = !on_outcomes_ && IsConstant(state.scan, options_.constant_tolerance) &&
                        row_.zero_if_constant(parameters_);
  if (treatment.raw && !unmixed) {
    Raw(state);
  } else if (!parameters || unmixed || constant) {
    std::ranges::fill(advantages_, 0.0F);
  } else if (row_.cost != nullptr && !TableHolds(*parameters, state.n(), state.outcomes.correct)) {
    std::ranges::fill(advantages_, 0.0F);
  } else if (TwoValued(state)) {
    FromTable(state, *parameters);
  } else if (options_.shape_rewards) {
    Shape(state, *parameters);
  } else {
    FromRewards(state, *parameters);
  }
}

void GroupRun::Raw(const State& state) {
  if (TwoValued(state)) {
    SelectPair(state, {1, 0});
  } else {
    // Adding 0: no advantage is −0.
    std::ranges::transform(state.input.rewards, advantages_.begin(),
                           [](float reward) { return reward + 0.0F; });
  }
}

void GroupRun::FromTable(const State& state, const Parameters& parameters) {
  const std::uint32_t n = state.n();
  const auto ones = static_cast<std::uint32_t>(state.scan.ones);
  const std::uint32_t c = SelectsByReward(state) ? ones : state.outcomes.correct;
  if (!HasTable(parameters, n)) {
    violations_.Add([&] { return Concat("method.", row_.name, ".tables"); },
                    [&] {
                      return Compose("no table for n = ", n, ", the valid responses of ",
                                     groups_.Name(state.group));
                    });
    std::ranges::fill(advantages_, 0.0F);
    return;
  }
  SelectPair(state, Entry(parameters, n, c));
}

void GroupRun::SelectPair(const State& state, FloatPair pair) {
  if (SelectsByReward(state)) {
    SelectByReward(state.input.rewards, pair.correct, pair.wrong, advantages_);
    const bool any_wrong = state.scan.ones < state.n();
    pair_ = {state.scan.ones > 0 ? pair.correct : 0, any_wrong ? pair.wrong : 0};
  } else {
    SelectByOutcome(state.outcomes.bits, pair.correct, pair.wrong, advantages_);
    const bool any_wrong = state.outcomes.correct < state.n();
    pair_ = {state.outcomes.correct > 0 ? pair.correct : 0, any_wrong ? pair.wrong : 0};
  }
}

FloatPair GroupRun::Entry(const Parameters& parameters, std::uint32_t n, std::uint32_t c) {
  return n > kMaxTableSize ? EvaluateEntry(row_, parameters, n, c)
                           : TableOf(parameters, n).entries[c];
}

const Table& GroupRun::TableOf(const Parameters& parameters, std::uint32_t n) {
  std::shared_ptr<const Table>& table = tables_[{n, parameters.k}];
  if (table == nullptr) {
    table = TableCache::Global().Get(row_, parameters, n);
    if (negative_n_ == 0 && table->first_negative_correct > 0) {
      negative_n_ = n;
      negative_c_ = table->first_negative_correct;
    }
  }
  return *table;
}

bool GroupRun::TableHolds(const Parameters& parameters, std::uint32_t n, std::uint32_t c) {
  const bool whole_table = n <= kMaxTableSize;
  const auto known = table_holds_.find({n, parameters.k});
  if (known != table_holds_.end()) return known->second;
  const bool exhausted = table_cost_ > kMaxTableCost;
  const std::size_t evaluations = whole_table ? std::size_t{n} + 1 : 1;
  table_cost_ += evaluations * row_.cost(n, parameters);
  if (table_cost_ > kMaxTableCost) {
    if (!exhausted) {
      violations_.Add(Concat("method.", row_.name),
                      Concat("takes more than ", kMaxTableCost,
                             " operations for this batch: once for every c of each of its group"
                             " sizes; split the batch"));
    }
    return false;
  }
  if (parameters.formula == nullptr) {
    if (whole_table) table_holds_[{n, parameters.k}] = true;
    return true;
  }
  const auto counts = [&](std::uint32_t correct) {
    const std::uint32_t k = std::min(parameters.k, n);
    return MakeCounts(n, correct, 0, FailureWithout(n, k, correct));
  };
  std::uint32_t undefined = 0;
  if (whole_table) {
    undefined = TableOf(parameters, n).first_undefined;
    table_holds_[{n, parameters.k}] = undefined == 0;
  } else if (!std::isfinite(row_.factor(counts(c), parameters).correct)) {
    undefined = c;
  }
  if (undefined == 0) return true;
  RefuseUndefined(counts(undefined), parameters, violations_);
  return false;
}

void GroupRun::FromRewards(State& state, const Parameters& parameters) {
  if (!state.ahead.empty() && parameters.k == parameters_.k) return;
  if (row_.rank != nullptr) {
    doubles_.resize(state.n());
    row_.rank(state.input.rewards, parameters, rank_memory_, doubles_);
    Round(doubles_, advantages_);
    return;
  }
  if (row_.needs_lengths &&
      std::ranges::all_of(state.input.lengths, [](auto length) { return length == 0; })) {
    violations_.Add([&] { return At("lengths", state.input.index(0)); },
                    [&] {
                      return Compose(ValueOf(0), ", like all lengths of ",
                                     groups_.Name(state.group), "; ", row_.name,
                                     " needs one above 0");
                    });
    std::ranges::fill(advantages_, 0.0F);
    return;
  }
  const Affine a =
      row_.affine({state.input.rewards, state.input.lengths, MomentsOf(state)}, parameters);
  ApplyAffine(state.input.rewards, a.slope, a.centre, a.shift, advantages_);
}

void GroupRun::Shape(State& state, const Parameters& parameters) {
  const std::uint32_t n = state.n();
  const std::uint32_t c = state.outcomes.correct;
  const std::uint32_t k = std::min(parameters.k, n);
  const double f_correct = c == 0 ? 0 : FailureWithout(n, k, c - 1);
  const Pair factor = row_.factor(MakeCounts(n, c, f_correct, FailureWithout(n, k, c)), parameters);
  const Affine a = BaseAffine(row_.base(parameters),
                              {state.input.rewards, state.input.lengths, MomentsOf(state)});
  ApplyAffineByOutcome(state.input.rewards, reader_.Bits(state.input, state.outcomes),
                       factor.correct * a.slope, factor.wrong * a.slope, a.centre, a.shift,
                       advantages_);
}

// Puts the group's advantages where the request wants them; false, with a violation, if one is
// beyond float32.
bool GroupRun::WriteOut(const State& state) {
  const std::size_t beyond = FirstNonFinite(advantages_);
  if (beyond < advantages_.size()) {
    violations_.Add([&] { return At("rewards", state.input.index(beyond)); },
                    [&] {
                      return Compose("the advantage of this response, in ",
                                     groups_.Name(state.group), ", is beyond float32");
                    });
    return false;
  }
  if (options_.per_group) {
    out_[2 * state.group] = pair_.correct;
    out_[2 * state.group + 1] = pair_.wrong;
    return true;
  }
  for (std::size_t i = 0; i < state.input.indices.size(); ++i) {
    out_[state.input.indices[i]] = advantages_[i];
  }
  return true;
}

// What the observer wants to know about the advantages.
void GroupRun::Weigh(const State& state) {
  report_.statistics.no_signal = std::ranges::all_of(advantages_, [](float a) { return a == 0; });
  if (state.n() == 0 || !state.outcomes.known) return;
  const double n = state.n();
  const bool pair_by_outcome = TwoValued(state) && (on_outcomes_ || state.outcomes.are_rewards);
  if (pair_by_outcome) {
    report_.correct = MassOf(pair_.correct, state.outcomes.correct, n);
    report_.wrong = MassOf(pair_.wrong, state.n() - state.outcomes.correct, n);
    return;
  }
  const std::span<const std::uint8_t> bits = reader_.Bits(state.input, state.outcomes);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    GroupReport::Mass& mass = bits[i] != 0 ? report_.correct : report_.wrong;
    const double advantage = advantages_[i];
    (advantage > 0 ? mass.positive : mass.negative) += std::abs(advantage) / n;
  }
}

void GroupRun::Warn(std::vector<Warning>& warnings) const {
  if (negative_n_ > 0) {
    warnings.push_back(
        {WarningCode::kNegativeAdvantageOfCorrect,
         Concat(row_.name, ": the advantage of correct responses is below 0 from c = ", negative_c_,
                " of n = ", negative_n_, ", so they are pushed down there"),
         0, negative_c_});
  }
  if (suspicious_ > 0) {
    warnings.push_back(
        {WarningCode::kSuspiciousSpread,
         Concat(suspicious_,
                " groups have rewards that differ by less than 1e-5 of their size: rounding"
                " noise? constant_tolerance would make them constant"),
         static_cast<std::uint32_t>(suspicious_), 0});
  }
  if (small_ > 0) {
    warnings.push_back({WarningCode::kSmallGroups,
                        Concat(small_, " groups have fewer valid responses than ", row_.name,
                               " needs (", smallest_group_, "); small_group applied"),
                        static_cast<std::uint32_t>(small_), smallest_group_});
  }
}

}  // namespace advantaged
