// What the service refuses of a batch, in the words of the input: its field paths count responses
// and groups within one call, people count lines.
#ifndef ADVANTAGED_CLI_COMPUTE_EXPLAIN_BATCH_H_
#define ADVANTAGED_CLI_COMPUTE_EXPLAIN_BATCH_H_

#include <absl/status/status.h>

#include <string>

#include "cli/compute/batch.h"

namespace advantaged::cli {

// One line per violation of a call of `batch`:
//
//   line 4: rewards[1]: inf is not finite; …        of "rewards[17]"
//   line 3: rewards: has 1 response; rloo needs …   of "group_sizes[2]"
//   -p k: 11 is above 10, the most that line 1 …    of "method.pass_at_k_grpo.k"
//
// or the message, if the status has no violations.
std::string ExplainBatch(const absl::Status& status, const Batch& batch);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_EXPLAIN_BATCH_H_
