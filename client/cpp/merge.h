// The answers to the parts of a batch, put together as if it had been one call.
#ifndef ADVANTAGED_CLIENT_CPP_MERGE_H_
#define ADVANTAGED_CLIENT_CPP_MERGE_H_

#include "advantaged/client/batch.h"
#include "advantaged/v1/stages.pb.h"

namespace advantaged::client {

// The moments of two parts, by the formula in stages.proto.
v1::BatchMoments Merge(const v1::BatchMoments& a, const v1::BatchMoments& b);

// Adds everything but the advantages of a further part to `whole`, which is empty before the first:
// counts are added, means weighted by what they are means over, statistics of groups appended,
// moments merged entry by entry, warnings listed once for each code, timings added.
void Merge(const Reply& part, Reply& whole);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_MERGE_H_
