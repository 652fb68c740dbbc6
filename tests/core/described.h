// Describe for tests.
#ifndef ADVANTAGED_TESTS_CORE_DESCRIBED_H_
#define ADVANTAGED_TESTS_CORE_DESCRIBED_H_

#include <string>
#include <vector>

#include "advantaged/describe.h"
#include "tests/core/call.h"

namespace advantaged::testing {

inline std::string ViolationsOf(const Description& description) {
  std::string text;
  for (const Violation& violation : description.violations.listed()) {
    text += violation.field + ": " + violation.description + "\n";
  }
  return text;
}

// The description of a method, which must succeed; `rho` empty: the default grid.
inline Description Described(const MethodSpec& spec, int n, const std::vector<double>& rho = {}) {
  DescribeRequest request;
  request.method = spec;
  request.n = static_cast<std::uint32_t>(n);
  request.rho = rho;
  Description description = advantaged::Describe(request);
  EXPECT_TRUE(description.ok()) << Describe(spec) << "\n" << ViolationsOf(description);
  return description;
}

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_DESCRIBED_H_
