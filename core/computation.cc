#include "core/computation.h"

#include <algorithm>

#include "core/group_run.h"
#include "core/validate.h"

namespace advantaged {

Computation::Computation(const Request& request, Violations& violations)
    : request_(request), method_(ResolveMethod(request.method, violations)) {
  const bool method_is_good = violations.empty();
  responses_ = CheckArrays(request.batch, violations);
  CheckOptions(request, method_, violations);
  const std::size_t before = violations.count();
  groups_ = Groups::Make(request.batch, responses_, violations);
  if (method_is_good && responses_ > 0 && violations.count() == before) {
    CheckGroupSizes(request, method_, groups_, violations);
  }
}

std::size_t Computation::output_size() const {
  return request_.options.per_group ? 2 * groups_.count() : responses_;
}

void Computation::Run(std::span<float> out, GroupObserver* observer, std::vector<Warning>& warnings,
                      Violations& violations) const {
  // Masked responses are not written below.
  if (!request_.batch.valid.empty()) std::ranges::fill(out, 0.0F);
  GroupRun run(request_, *this, out, observer, violations);
  for (std::size_t group = 0; group < groups_.count(); ++group) run.Group(group);
  run.Warn(warnings);
}

}  // namespace advantaged
