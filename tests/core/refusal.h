// What a refused request must say.
#ifndef ADVANTAGED_TESTS_CORE_REFUSAL_H_
#define ADVANTAGED_TESTS_CORE_REFUSAL_H_

#include <string>
#include <vector>

#include "tests/core/call.h"

namespace advantaged::testing {

// A field path, and something its description contains.
struct Said {
  std::string field;
  std::string part;
};

// Expects exactly these violations, in any order.
inline void ExpectRefused(const Call& call, const std::vector<Said>& expected) {
  const Result result = call.Run();
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.violations.count(), expected.size()) << Describe(result);
  for (const Said& said : expected) {
    bool found = false;
    for (const Violation& violation : result.violations.listed()) {
      found = found || (violation.field == said.field &&
                        violation.description.find(said.part) != std::string::npos);
    }
    EXPECT_TRUE(found) << "no " << said.field << ": … " << said.part << " … in\n"
                       << Describe(result);
  }
}

// A valid request of two groups of three, to break.
inline Call Valid(const MethodSpec& spec = {"rloo", {}}) {
  Call call;
  call.method = spec;
  call.rewards = {0, 1, 0, 1, 1, 0};
  call.group_size = 3;
  return call;
}

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_REFUSAL_H_
