// The engine: one request, checked, then computed group by group. `Compute` of the public header
// and the server are thin layers over it; unlike them it writes into memory of the caller and
// reports each group to an observer.
//
//   Violations violations;
//   Computation computation(request, violations);  // arrays, options, groups, trajectories
//   if (violations.empty()) {
//     out.resize(computation.output_size());
//     computation.Run(out, observer, violations);  // checks the rewards on the way
//   }
//
// Passes over the rewards, all of them in cache after the first, since they take one stretch of
// groups after the other. Where all are 0 or 1 and nothing else counts: one that counts the ones of
// each group, one that writes the advantages. Otherwise, for each group: one that finds minimum,
// maximum, NaN and whether all are 0 or 1; for real rewards two for mean and spread; one that
// writes the advantages.
#ifndef ADVANTAGED_CORE_ENGINE_COMPUTATION_H_
#define ADVANTAGED_CORE_ENGINE_COMPUTATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/batch/groups.h"
#include "core/batch/trajectories.h"
#include "core/methods/resolve.h"

namespace advantaged {

// What the observer learns about one group: everything before stages.
struct GroupReport {
  GroupStatistics statistics;
  std::span<const double> pass_at_k;  // ρ̂_K for each K asked; NaN where unknown or K > n
  // Mass of the gradient: (1/n) Σ |A_i| over the responses of one outcome and one sign; 0 where
  // outcomes are unknown.
  struct Mass {
    double positive = 0;
    double negative = 0;
    // The effective gradient weight W: |(1/n) Σ A_i|; W₊ = ρ̂·|A₊| and W₋ = (1−ρ̂)·|A₋| where A is
    // one value a side.
    double Weight() const {
      return positive > negative ? positive - negative : negative - positive;
    }
  };
  Mass correct;
  Mass wrong;
};

// Receives every group once, and every advantage of a valid response once, as returned. Spans live
// until the function returns.
class GroupObserver {
 public:
  virtual ~GroupObserver() = default;
  // True if each group must come by itself and in order. Otherwise groups that are alike come
  // together, later, at a fraction of the cost.
  virtual bool WantsEachGroup() const { return false; }
  // `times` groups of which all of the report holds but the id, which is that of one of them, and
  // mean and sd where outcomes are unknown.
  virtual void OnGroup(const GroupReport& report, std::uint64_t times) = 0;
  virtual void OnAdvantages(std::span<const float> advantages) = 0;
  // `times` responses that got the same.
  virtual void OnAdvantage(float advantage, std::uint64_t times) = 0;
  // Once, if there are stages: Notes::clipped_low and clipped_high.
  virtual void OnClipped(std::uint64_t /*low*/, std::uint64_t /*high*/) {}
};

// True once the caller no longer wants the answer. Asked at the start, between groups about every
// kStopInterval responses, and between stages; so it may cost a lock.
using StopCheck = std::function<bool()>;
inline constexpr std::size_t kStopInterval = 1U << 14;

class Computation {
 public:
  // `request` must outlive the computation. If violations were added, only `method()` may be
  // called.
  Computation(const Request& request, Violations& violations);
  Computation(const Computation&) = delete;
  Computation& operator=(const Computation&) = delete;

  const ResolvedMethod& method() const { return method_; }
  // Masked ones included.
  std::size_t responses() const { return trajectories_ ? trajectories_->responses() : rows_; }
  const Groups& groups() const { return groups_; }
  // The request's, or with trajectories what is to be read where a response's row speaks for it.
  const Batch& batch() const { return batch_; }
  // Floats that Run writes: one per row, or two per group with `per_group`.
  std::size_t output_size() const;

  // What a run says beside the advantages.
  struct Notes {
    std::vector<Warning> warnings;
    std::vector<BatchMoments> batch_moments;  // as Result::batch_moments
    // Advantages that clip stages raised to their low, and lowered to their high; one that two
    // stages clip counts twice. 0 with `moments_only`.
    std::uint64_t clipped_low = 0;
    std::uint64_t clipped_high = 0;
    bool stopped = false;  // nothing else here, in the output or in the reports means anything
  };

  // Computes every group and applies the stages. `out` has output_size() floats. Adds violations
  // for rewards that cannot be used (NaN, infinite, unknown outcomes, results beyond float32); the
  // output, the reports and the notes then mean nothing. `observer` may be null; with
  // `moments_only` it hears nothing. An empty `stop` never stops.
  Notes Run(std::span<float> out, GroupObserver* observer, Violations& violations,
            const StopCheck& stop = {}) const;

 private:
  // False if stopped.
  bool RunGroups(std::span<float> out, GroupObserver* observer, Notes& notes,
                 Violations& violations, const StopCheck& stop) const;
  void RunStages(std::span<float> out, GroupObserver* observer, Notes& notes,
                 Violations& violations, const StopCheck& stop) const;

  const Request& request_;
  ResolvedMethod method_;
  std::size_t rows_ = 0;
  Groups groups_;
  std::optional<Trajectories> trajectories_;  // where the request has them
  Batch batch_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_COMPUTATION_H_
