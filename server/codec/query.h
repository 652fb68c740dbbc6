// A DescribeMethodRequest as names and values, e.g. of
// /v1/describe?method=pass_at_k_grpo&k=4&n=16&rho=0.1,0.5.
#ifndef ADVANTAGED_SERVER_CODEC_QUERY_H_
#define ADVANTAGED_SERVER_CODEC_QUERY_H_

#include <span>
#include <string>
#include <utility>

#include "advantaged/advantaged.h"
#include "advantaged/v1/describe.pb.h"

namespace advantaged {

// `method`, `n`, `points` and `rho` (numbers with commas between) are the fields of the request,
// every other name is a parameter of the method. Values are as on advctl's command line: numbers,
// true or false, choices such as "dr_grpo", text, constants as a=1,b=0.5. Tables have no such form.
// Adds violations: of a name that is unknown or given twice, under the name; of a bad value, under
// the path that the field has in a message, e.g. "method.pass_at_k_grpo.k", so that it reads as
// over every other transport. A query without a method gives a request without one.
void DecodeQuery(std::span<const std::pair<std::string, std::string>> query,
                 v1::DescribeMethodRequest& message, Violations& violations);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_QUERY_H_
