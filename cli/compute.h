// `advctl compute`, given its options: input to calls to output.
#ifndef ADVANTAGED_CLI_COMPUTE_H_
#define ADVANTAGED_CLI_COMPUTE_H_

#include <cstddef>
#include <cstdint>

#include "advantaged/v1/compute.pb.h"
#include "cli/backend.h"
#include "cli/input_files.h"
#include "cli/output.h"

namespace advantaged::cli {

struct ComputeJob {
  v1::ComputeAdvantagesRequest settings;  // everything but the arrays
  // Calls are cut between groups before they exceed this; a larger group is a call of its own.
  // Groups do not see each other, so the cuts change no result; with stages they do, and a batch
  // that would have to be cut is refused.
  std::uint32_t max_call_responses = 1U << 20;
  bool show_progress = false;
};

// Reads `input` line by line and holds one call of it; where lines are rows, all of it, for those
// of a group may stand anywhere. Blank lines are skipped. Throws a Failure at the first line that
// is malformed, or the first call that is refused; results of the calls before it are written by
// then. Warnings go to standard error, each kind once.
void Compute(const ComputeJob& job, InputFiles& input, Backend& backend, Output& output);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_H_
