// What a harness demands of the code beside that it does not crash.
#ifndef ADVANTAGED_TESTS_FUZZ_REQUIRE_H_
#define ADVANTAGED_TESTS_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace advantaged::fuzz {

// Ends the program unless `holds`: a finding, kept like a crash. `what` says what should hold,
// `detail` what was seen.
inline void Require(bool holds, std::string_view what, std::string_view detail = "") {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

}  // namespace advantaged::fuzz

#endif  // ADVANTAGED_TESTS_FUZZ_REQUIRE_H_
