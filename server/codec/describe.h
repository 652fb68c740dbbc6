// DescribeMethod between the wire and the core.
#ifndef ADVANTAGED_SERVER_CODEC_DESCRIBE_H_
#define ADVANTAGED_SERVER_CODEC_DESCRIBE_H_

#include <cstddef>

#include "advantaged/describe.h"
#include "advantaged/v1/describe.pb.h"

namespace advantaged {

// Adds violations about what only the wire has: `points` beside `rho`.
DescribeRequest DecodeDescribe(const v1::DescribeMethodRequest& message, Violations& violations);

// `description` has no violations, `response` is empty.
void EncodeDescription(const Description& description, v1::DescribeMethodResponse& response);

// Numbers in the answer, at most, as far as it can be told before the request is checked.
std::size_t NumbersIn(const v1::DescribeMethodRequest& message);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_DESCRIBE_H_
