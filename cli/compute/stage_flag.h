// The value of --stage.
#ifndef ADVANTAGED_CLI_COMPUTE_STAGE_FLAG_H_
#define ADVANTAGED_CLI_COMPUTE_STAGE_FLAG_H_

#include <string_view>

#include "advantaged/v1/stages.pb.h"

namespace advantaged::cli {

// A stage as people type it:
//   center[,tokens]
//   scale[,tokens][,rewards][,ddof=1][,epsilon=1e-8][,inside_root]
//   clip=LOW:HIGH        either side may be empty
// Throws a Failure of usage that says what was expected.
v1::Stage ParseStage(std::string_view text);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_STAGE_FLAG_H_
