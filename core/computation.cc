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
                                    Violations& violations) const {
  // A call for moments is a question about a batch that another call will compute.
  if (request_.options.moments_only) observer = nullptr;
  // Masked responses are not written below.
  if (!request_.batch.valid.empty()) std::ranges::fill(out, 0.0F);
  GroupRun run(request_, *this, out, observer, violations);
  for (std::size_t group = 0; group < groups_.count(); ++group) run.Group(group);
  Notes notes;
  run.Warn(notes.warnings);
  if (!request_.options.stages.empty() && violations.empty()) {
    RunStages(out, observer, notes, violations);
  }
  return notes;
}

void Computation::RunStages(std::span<float> out, GroupObserver* observer, Notes& notes,
                            Violations& violations) const {
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
  advantaged::RunStages(request_.options, {advantages, rewards, lengths}, staged,
                        notes.batch_moments, violations);
  if (request_.options.moments_only) return;
  const std::size_t beyond = FirstNonFinite(staged);
  if (beyond < staged.size()) {
    violations.Add(At("rewards", indices[beyond]),
                   "the advantage of this response is beyond float32 after the stages");
    return;
  }
  for (std::size_t i = 0; i < indices.size(); ++i) out[indices[i]] = staged[i];
  if (observer != nullptr) observer->OnAdvantages(staged);
}

}  // namespace advantaged
