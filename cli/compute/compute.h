// `advctl compute`, given its options: input to call to output.
#ifndef ADVANTAGED_CLI_COMPUTE_COMPUTE_H_
#define ADVANTAGED_CLI_COMPUTE_COMPUTE_H_

#include "advantaged/v1/compute.pb.h"
#include "cli/backend/backend.h"
#include "cli/compute/input_files.h"
#include "cli/compute/output.h"

namespace advantaged::cli {

struct ComputeJob {
  v1::ComputeAdvantagesRequest settings;  // everything but the arrays
  bool show_progress = false;
};

// Reads all of `input`, asks for its advantages in one call and writes them. Blank lines are
// skipped. Throws a Failure at the first line that is malformed, or if the call is refused.
// Warnings go to standard error.
void Compute(const ComputeJob& job, InputFiles& input, Backend& backend, Output& output);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_COMPUTE_H_
