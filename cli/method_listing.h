// The method table, to read.
#ifndef ADVANTAGED_CLI_METHOD_LISTING_H_
#define ADVANTAGED_CLI_METHOD_LISTING_H_

#include <string>

namespace advantaged::v1 {
class ListMethodsResponse;
}  // namespace advantaged::v1

namespace advantaged::cli {

// For people: each method with its parameters as typed ("epsilon=0" has a default, "k" has none),
// then its equation and source.
std::string MethodsAsText(const v1::ListMethodsResponse& methods);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_METHOD_LISTING_H_
