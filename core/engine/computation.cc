#include "core/engine/computation.h"

#include "base/text.h"
#include "core/batch/group_sizes.h"
#include "core/batch/validate.h"
#include "core/engine/engine.h"
#include "core/engine/stages.h"
#include "core/kernels/apply.h"

namespace advantaged {
namespace {

// Responses per block: a block's rewards and advantages stay in the first-level cache between the
// passes.
constexpr std::size_t kBlockResponses = 2048;

}  // namespace

Computation::Computation(const Request& request, Violations& violations)
    : request_(request), method_(ResolveMethod(request.method, violations)), batch_(request.batch) {
  const bool method_is_good = violations.empty();
  std::size_t before = violations.count();
  rows_ = CheckArrays(batch_, violations);
  const bool arrays_are_good = violations.count() == before;
  CheckOptions(request, method_, violations);
  if (method_is_good) CheckStages(request, *method_.row, method_.parameters, violations);
  before = violations.count();
  groups_ = Groups::Make(batch_, rows_, violations);
  if (rows_ == 0 || violations.count() > before) return;
  if (!batch_.trajectory_ids.empty()) {
    if (!arrays_are_good) return;
    trajectories_.emplace(batch_, groups_, violations);
    if (violations.count() > before) return;
    groups_ = trajectories_->Fold(groups_);
    batch_ = trajectories_->Fold(batch_);
  }
  // A mask that is wrong by itself says nothing about groups.
  const BitSpan valid = arrays_are_good ? batch_.valid : BitSpan();
  CheckExpectedSizes(request, groups_, valid, violations);
  if (method_is_good && violations.count() == before) {
    CheckNeededSizes(request, method_, groups_, valid, violations);
  }
}

std::size_t Computation::output_size() const {
  return request_.options.per_group ? 2 * groups_.count() : rows_;
}

Computation::Notes Computation::Run(std::span<float> out, GroupObserver* observer,
                                    Violations& violations, const StopCheck& stop) const {
  // A call for moments is a question about a batch that another call will compute.
  if (request_.options.moments_only) observer = nullptr;
  Notes notes;
  notes.stopped = !RunGroups(out, observer, notes, violations, stop);
  if (!notes.stopped && !request_.options.stages.empty() && violations.empty()) {
    RunStages(out, observer, notes, violations, stop);
  }
  if (trajectories_ && !request_.options.per_group) trajectories_->Broadcast(batch_.valid, out);
  return notes;
}

bool Computation::RunGroups(std::span<float> out, GroupObserver* observer, Notes& notes,
                            Violations& violations, const StopCheck& stop) const {
  Engine engine(request_, *this, out, observer, violations);
  std::size_t unasked = kStopInterval;  // responses since `stop` was asked
  for (std::size_t first = 0; first < groups_.count();) {
    if (stop && unasked >= kStopInterval) {
      if (stop()) return false;
      unasked = 0;
    }
    const std::size_t last = groups_.BlockEnd(first, kBlockResponses);
    engine.ComputeBlock(first, last);
    unasked += groups_.begin(last) - groups_.begin(first);
    first = last;
  }
  engine.Finish(notes.warnings);
  WarnOfSizes(request_, method_, groups_, notes.warnings);
  return true;
}

void Computation::RunStages(std::span<float> out, GroupObserver* observer, Notes& notes,
                            Violations& violations, const StopCheck& stop) const {
  std::vector<std::uint32_t> indices;
  std::vector<float> advantages;
  std::vector<float> rewards;
  std::vector<std::uint32_t> lengths;
  for (std::size_t response = 0; response < responses(); ++response) {
    const auto row =
        trajectories_ ? trajectories_->speaker(response) : static_cast<std::uint32_t>(response);
    if (!batch_.valid.empty() && !batch_.valid[row]) continue;
    indices.push_back(row);
    advantages.push_back(out[row]);
    rewards.push_back(batch_.reward(row));
    if (!batch_.lengths.empty()) lengths.push_back(batch_.lengths[row]);
  }
  std::vector<float> staged(indices.size());
  StageNotes stage_notes = advantaged::RunStages(request_.options, {advantages, rewards, lengths},
                                                 staged, violations, stop);
  notes.stopped = stage_notes.stopped;
  notes.batch_moments = std::move(stage_notes.moments);
  if (notes.stopped || request_.options.moments_only) return;
  notes.clipped_low = stage_notes.clipped_low;
  notes.clipped_high = stage_notes.clipped_high;
  const std::size_t beyond = FirstNonFinite(staged);
  if (beyond < staged.size()) {
    violations.Add(At("rewards", indices[beyond]),
                   "the advantage of this response is beyond float32 after the stages");
    return;
  }
  for (std::size_t i = 0; i < indices.size(); ++i) out[indices[i]] = staged[i];
  if (observer == nullptr) return;
  observer->OnClipped(notes.clipped_low, notes.clipped_high);
  observer->OnAdvantages(staged);
}

}  // namespace advantaged
