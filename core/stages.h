// Stages: what happens to a whole batch after the method has treated each group by itself.
//
// Between clips every stage is affine, x = slope·(v − centre) + offset with v the values that the
// last clip (or the method) left. So all stages up to the next clip need one set of moments of v
// for each weighting, whatever their number: [center, scale, clip] asks for one. That set is what
// shards exchange.
#ifndef ADVANTAGED_CORE_STAGES_H_
#define ADVANTAGED_CORE_STAGES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/method.h"

namespace advantaged {

// Adds violations about the stages, and about moments that do not fit them.
void CheckStages(const Request& request, const MethodRow& row, const Parameters& parameters,
                 Violations& violations);

// The valid responses of a batch, in the order of the request.
struct StageInput {
  std::span<const float> advantages;
  std::span<const float> rewards;
  std::span<const std::uint32_t> lengths;  // empty unless the request has them
};

// Applies the stages and rounds into `out`, of the size of the input; appends the moments of this
// input to `moments` as Result::batch_moments says. With `moments_only` it stops at the first that
// is not given, and `out` means nothing. Adds a violation if the tokens to weigh by are all 0.
void RunStages(const Options& options, const StageInput& input, std::span<float> out,
               std::vector<BatchMoments>& moments, Violations& violations);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_STAGES_H_
