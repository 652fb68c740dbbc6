#include "core/stretch_run.h"

#include "core/kernels/apply.h"

namespace advantaged {

StretchRun::StretchRun(const Computation& computation, const Options& options)
    : row_(*computation.method().row),
      parameters_(computation.method().parameters),
      applies_(computation.batch().valid.empty() && !options.per_group && !options.shape_rewards &&
               row_.input != MethodInput::kOutcomes &&
               (row_.rule != nullptr || row_.rank != nullptr)),
      settles_(row_.rule != nullptr && computation.batch().outcomes.empty() &&
               !options.success_threshold && !options.zero_unless_mixed),
      smallest_group_(row_.smallest_group(parameters_)),
      constant_(row_.zero_if_constant(parameters_)
                    ? ConstantRule::Within(options.constant_tolerance)
                    : ConstantRule::Never()) {}

void StretchRun::Compute(const GroupPlaces& groups, std::span<float> out) {
  if (row_.rule != nullptr) {
    affine_.Compute(groups, row_.rule(parameters_), constant_, out);
    return;
  }
  moments_.Compute(groups);
  // Groups that are too small for the method have no ranks that it could ask for.
  if (groups.uniform_size() < smallest_group_) return;
  const std::span<const float> rewards(groups.begin(0), out.size());
  doubles_.resize(out.size());
  row_.rank({rewards, groups.uniform_size()}, parameters_, rank_memory_, doubles_);
  Round(doubles_, out);
}

}  // namespace advantaged
