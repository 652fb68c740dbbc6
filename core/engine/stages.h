// Stages: what happens to a whole batch after the method has treated each group by itself.
//
// Between clips every stage is affine, x = slope·(v − centre) + offset with v the values that the
// last clip (or the method) left. So all stages up to the next clip need one set of moments of v
// for each weighting, whatever their number: [center, scale, clip] asks for one. That set is what
// shards exchange.
#ifndef ADVANTAGED_CORE_ENGINE_STAGES_H_
#define ADVANTAGED_CORE_ENGINE_STAGES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/engine/computation.h"
#include "core/methods/method.h"

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

// What the stages say beside the advantages.
struct StageNotes {
  std::vector<BatchMoments> moments;  // of this input, as Result::batch_moments says
  std::uint64_t clipped_low = 0;      // values that clip stages raised
  std::uint64_t clipped_high = 0;     // values that clip stages lowered
  bool stopped = false;
};

// Applies the stages and rounds into `out`, of the size of the input. With `moments_only` it ends
// at the first moments that are not given, and `out` means nothing. Adds a violation if there are
// responses but the tokens to weigh by are all 0.
StageNotes RunStages(const Options& options, const StageInput& input, std::span<float> out,
                     Violations& violations, const StopCheck& stop);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_STAGES_H_
