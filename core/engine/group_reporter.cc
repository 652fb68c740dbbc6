#include "core/engine/group_reporter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/counted.h"
#include "base/text.h"
#include "core/methods/failure.h"

namespace advantaged {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

GroupReport::Mass MassOf(double advantage, std::uint32_t responses, double n) {
  const double mass = std::abs(advantage) * responses / n;
  return advantage > 0 ? GroupReport::Mass{mass, 0} : GroupReport::Mass{0, mass};
}

}  // namespace

bool IsSuspicious(float minimum, float maximum) {
  constexpr double kSuspiciousSpread = 1e-5;  // of the largest |reward|
  const double spread = static_cast<double>(maximum) - static_cast<double>(minimum);
  const double magnitude = std::max(std::abs(minimum), std::abs(maximum));
  return spread > 0 && spread < kSuspiciousSpread * magnitude;
}

GroupReporter::GroupReporter(const MethodRow& row, const Options& options,
                             const GroupPolicy& policy, GroupObserver* observer)
    : row_(row),
      options_(options),
      policy_(policy),
      observer_(observer),
      wants_each_(observer != nullptr && observer->WantsEachGroup()),
      tells_advantages_(observer != nullptr && options.stages.empty()),
      pass_at_k_(options.pass_at.size()) {}

GroupReport& GroupReporter::Describe(const GroupFacts& facts, bool small, const Moments* moments) {
  report_ = {};
  std::ranges::fill(pass_at_k_, kNaN);
  report_.pass_at_k = pass_at_k_;
  GroupStatistics& s = report_.statistics;
  s.n = facts.n;
  s.success_rate = s.mean = s.sd = s.priority = kNaN;
  s.no_signal = true;
  if (s.n == 0) return report_;
  s.small = small;
  s.incomplete = policy_.IsIncomplete(facts.declared);
  s.suspicious = IsSuspicious(facts.minimum, facts.maximum);
  const double n = s.n;
  if (facts.binary) {
    const double ones = facts.ones;
    s.mean = ones / n;
    s.sd = std::sqrt(ones * (n - ones)) / n;
  } else if (moments != nullptr) {
    s.mean = moments->mean + moments->residual;
    s.sd = facts.minimum == facts.maximum ? 0 : std::sqrt(moments->centred_squares / n);
  }
  if (!facts.outcomes_known) {
    const bool constant = policy_.IsConstant(facts.minimum, facts.maximum);
    s.outcome = constant ? GroupOutcome::kConstant : GroupOutcome::kVaried;
    return report_;
  }
  s.c = facts.correct;
  s.outcome = s.c == 0     ? GroupOutcome::kAllFail
              : s.c == s.n ? GroupOutcome::kAllPass
                           : GroupOutcome::kMixed;
  s.success_rate = s.c / n;
  s.priority = (n - s.c) / n;
  for (std::size_t i = 0; i < pass_at_k_.size(); ++i) {
    const std::uint32_t k = options_.pass_at[i];
    if (k <= s.n) pass_at_k_[i] = PassAtK(s.n, s.c, FailureWithout(s.n, k, s.c));
  }
  return report_;
}

void GroupReporter::AddPair(FloatPair pair, GroupReport& report) {
  GroupStatistics& s = report.statistics;
  s.no_signal = pair.correct == 0 && pair.wrong == 0;
  if (s.n == 0) return;
  report.correct = MassOf(pair.correct, s.c, s.n);
  report.wrong = MassOf(pair.wrong, s.n - s.c, s.n);
}

void GroupReporter::AddAdvantages(std::span<const float> advantages,
                                  std::span<const float> outcomes, GroupReport& report) {
  report.statistics.no_signal = std::ranges::all_of(advantages, [](float a) { return a == 0; });
  const double n = report.statistics.n;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    GroupReport::Mass& mass = outcomes[i] != 0 ? report.correct : report.wrong;
    const double advantage = advantages[i];
    (advantage > 0 ? mass.positive : mass.negative) += std::abs(advantage) / n;
  }
}

void GroupReporter::Warn(std::vector<Warning>& warnings) const {
  if (suspicious_ > 0) {
    warnings.push_back({WarningCode::kSuspiciousSpread,
                        Concat(Counted(suspicious_, "group has", "groups have"),
                               " rewards that differ by less than 1e-5 of their size: rounding"
                               " noise? constant_tolerance would make them constant"),
                        static_cast<std::uint32_t>(suspicious_), 0});
  }
  if (small_ > 0) {
    warnings.push_back(
        {WarningCode::kSmallGroups,
         Concat(Counted(small_, "group has", "groups have"), " fewer valid responses than ",
                row_.name, " needs (", policy_.smallest(), "); small_group applied"),
         static_cast<std::uint32_t>(small_), policy_.smallest()});
  }
}

}  // namespace advantaged
