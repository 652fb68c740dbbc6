// Stages between the wire and the core.
#ifndef ADVANTAGED_SERVER_CODEC_STAGES_H_
#define ADVANTAGED_SERVER_CODEC_STAGES_H_

#include "advantaged/advantaged.h"
#include "advantaged/v1/compute.pb.h"

namespace advantaged {

// Fills the stages and moments of `options`. Adds violations for a stage that is not set and for
// enum values that are not known.
void DecodeStages(const v1::ComputeAdvantagesRequest& message, Options& options,
                  Violations& violations);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_STAGES_H_
