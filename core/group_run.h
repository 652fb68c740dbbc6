// How one group becomes advantages and a report. Private to batch_run.cc.
#ifndef ADVANTAGED_CORE_GROUP_RUN_H_
#define ADVANTAGED_CORE_GROUP_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/computation.h"
#include "core/group_reader.h"
#include "core/group_sizes.h"
#include "core/kernels/moments.h"
#include "core/kernels/rank.h"
#include "core/table_cache.h"

namespace advantaged {

bool IsConstant(const RewardScan& scan, double tolerance);
// A spread that looks like rounding noise: above 0, and tiny beside the rewards.
bool IsSuspicious(const RewardScan& scan);

// Computes the groups of one request, in order. Holds the scratch memory of the run.
class GroupRun {
 public:
  GroupRun(const Request& request, const Computation& computation, std::span<float> out,
           GroupObserver* observer, Violations& violations)
      : options_(request.options),
        method_(computation.method()),
        row_(*computation.method().row),
        parameters_(computation.method().parameters),
        smallest_group_(row_.smallest_group(parameters_)),
        complete_size_(CompleteSize(computation.batch(), computation.method())),
        on_outcomes_(row_.input == MethodInput::kOutcomes && !options_.shape_rewards),
        groups_(computation.groups()),
        reader_(computation.batch(), options_, groups_),
        out_(out),
        observer_(observer),
        violations_(violations),
        pass_at_k_(options_.pass_at.size()) {}

  // The report, valid until the next group; null if violations were added.
  const GroupReport* Group(std::size_t group);
  // The same for a group of a batch without a mask, whose rewards were read and looked at already.
  // `ahead`, unless it is empty, has what the method gives them if they are real rewards, and
  // receives what the group gets; it is in the output where the group stands side by side there.
  const GroupReport* Group(std::size_t group, std::span<const float> rewards,
                           const RewardScan& scan, const Moments& moments,
                           std::span<float> ahead = {});
  // Those of the last group; in the output where they stand side by side there.
  std::span<const float> advantages() const { return advantages_; }
  // What each side of the last group got, 0 if it has no responses; if its inputs had two values.
  FloatPair pair() const { return pair_; }
  // The least size that a group declares to be complete.
  std::uint32_t complete_size() const { return complete_size_; }
  // For a group that was computed without this.
  void CountSuspicious(bool suspicious) { suspicious_ += static_cast<std::size_t>(suspicious); }
  void Warn(std::vector<Warning>& warnings) const;

 private:
  // What one group is computed from.
  struct State {
    std::size_t group;
    GroupInput input;
    RewardScan scan;
    GroupOutcomes outcomes;
    std::optional<Moments> moments;
    std::span<float> ahead;
    std::uint32_t n() const { return static_cast<std::uint32_t>(input.rewards.size()); }
  };

  const GroupReport* Group(State& state);
  bool Readable(State& state);
  void RefuseNonFinite(const State& state);
  template <typename Consequence>
  void RefuseNonBinary(const State& state, const Consequence& consequence);
  void Statistics(State& state);
  void Advantages(State& state);
  void Raw(const State& state);
  void FromTable(const State& state, const Parameters& parameters);
  void FromRewards(State& state, const Parameters& parameters);
  void Shape(State& state, const Parameters& parameters);
  bool WriteOut(const State& state);
  void Weigh(const State& state);

  const Moments& MomentsOf(State& state) const {
    if (!state.moments) state.moments = ComputeMoments(state.input.rewards);
    return *state.moments;
  }
  // True if the inputs of the method are 0 or 1, so that a pair of advantages describes the group.
  bool TwoValued(const State& state) const {
    return on_outcomes_ || (row_.has_table() && !options_.shape_rewards && state.scan.binary);
  }
  bool SelectsByReward(const State& state) const {
    return !on_outcomes_ || state.outcomes.are_rewards;
  }
  void SelectPair(const State& state, FloatPair pair);
  FloatPair Entry(const Parameters& parameters, std::uint32_t n, std::uint32_t c);
  // The table of a size up to kMaxTableSize.
  const Table& TableOf(const Parameters& parameters, std::uint32_t n);
  // For methods with MethodRow::cost: counts what the table of n costs, once, above kMaxTableSize
  // the entry at c. False, with a violation, if that is too much for one request, or if the
  // caller's formula is not finite for some 0 < c < n, above kMaxTableSize for this c.
  bool TableHolds(const Parameters& parameters, std::uint32_t n, std::uint32_t c);

  const Options& options_;
  const ResolvedMethod& method_;
  const MethodRow& row_;
  const Parameters& parameters_;
  const std::uint32_t smallest_group_;
  const std::uint32_t complete_size_;
  const bool on_outcomes_;
  const Groups& groups_;
  GroupReader reader_;
  std::span<float> out_;
  GroupObserver* const observer_;
  Violations& violations_;

  std::map<std::pair<std::uint32_t, std::uint32_t>, std::shared_ptr<const Table>>
      tables_;                                                           // by n and k
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> table_holds_;  // by n and k
  std::size_t table_cost_ = 0;
  std::span<float>
      advantages_;        // of the group at hand; in `out_` where it stands side by side there
  FloatPair pair_{0, 0};  // of the group at hand, if two-valued
  GroupReport report_;    // of the group at hand
  std::vector<float> scratch_;
  std::vector<double> doubles_;
  RankMemory rank_memory_;
  std::vector<double> pass_at_k_;
  std::size_t small_ = 0;
  std::size_t suspicious_ = 0;
  std::uint32_t negative_n_ = 0;  // the first table with A₊ < 0, and where
  std::uint32_t negative_c_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_GROUP_RUN_H_
