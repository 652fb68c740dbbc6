#include "core/computation.h"

#include <algorithm>

#include "core/group_run.h"
#include "core/kernels/apply.h"
#include "core/stages.h"
#include "core/text.h"
#include "core/validate.h"

namespace advantaged {

Computation::Computation(const Request& request, Violations& violations)
    : request_(request), method_(ResolveMethod(request.method, violations)) {
  const bool method_is_good = violations.empty();
  responses_ = CheckArrays(request.batch, violations);
  CheckOptions(request, method_, violations);
  if (method_is_good) CheckStages(request, *method_.row, method_.parameters, violations);
  const std::size_t before = violations.count();
  groups_ = Groups::Make(request.batch, responses_, violations);
  if (method_is_good && responses_ > 0 && violations.count() == before) {
    CheckGroupSizes(request, method_, groups_, violations);
  }
}

std::size_t Computation::output_size() const {
  return request_.options.per_group ? 2 * groups_.count() : responses_;
}

Computation::Notes Computation::Run(std::span<float> out, GroupObserver* observer,
                                    Violations& violations, const StopCheck& stop) const {
  // A call for moments is a question about a batch that another call will compute.
  if (request_.options.moments_only) observer = nullptr;
  // Masked responses are not written below.
  if (!request_.batch.valid.empty()) std::ranges::fill(out, 0.0F);
  Notes notes;
  notes.stopped = !RunGroups(out, observer, notes, violations, stop);
  if (!notes.stopped && !request_.options.stages.empty() && violations.empty()) {
    RunStages(out, observer, notes, violations, stop);
  }
  return notes;
}

bool Computation::RunGroups(std::span<float> out, GroupObserver* observer, Notes& notes,
                            Violations& violations, const StopCheck& stop) const {
  GroupRun run(request_, *this, out, observer, violations);
  std::size_t unasked = kStopInterval;  // responses since `stop` was asked
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    if (stop && unasked >= kStopInterval) {
      if (stop()) return false;
      unasked = 0;
    }
    run.Group(group);
    unasked += groups_.size(group);
  }
  run.Warn(notes.warnings);
  return true;
}

void Computation::RunStages(std::span<float> out, GroupObserver* observer, Notes& notes,
                            Violations& violations, const StopCheck& stop) const {
  const Batch& batch = request_.batch;
  std::vector<std::uint32_t> indices;
  std::vector<float> advantages;
  std::vector<float> rewards;
  std::vector<std::uint32_t> lengths;
  for (std::uint32_t i = 0; i < responses_; ++i) {
    if (!batch.valid.empty() && !batch.valid[i]) continue;
    indices.push_back(i);
    advantages.push_back(out[i]);
    rewards.push_back(batch.reward_bits.empty() ? batch.rewards[i]
                                                : static_cast<float>(batch.reward_bits[i]));
    if (!batch.lengths.empty()) lengths.push_back(batch.lengths[i]);
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
