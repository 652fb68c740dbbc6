// What can be checked before a reward is read.
#ifndef ADVANTAGED_CORE_BATCH_VALIDATE_H_
#define ADVANTAGED_CORE_BATCH_VALIDATE_H_

#include <cstddef>

#include "advantaged/advantaged.h"
#include "core/methods/resolve.h"

namespace advantaged {

// The number of rows N of the batch; adds violations about the arrays: rewards, bitmaps, lengths,
// trajectories. 0 if unknown.
std::size_t CheckArrays(const Batch& batch, Violations& violations);

// Adds violations about the options and about what they ask of the method.
void CheckOptions(const Request& request, const ResolvedMethod& method, Violations& violations);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_BATCH_VALIDATE_H_
