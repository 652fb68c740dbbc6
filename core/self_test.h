// A look at every kernel before anything relies on it: fixed inputs, expected bits. What it guards
// against is a machine, a compiler or an instruction set on which the arithmetic is not what the
// tests of the build saw.
#ifndef ADVANTAGED_CORE_SELF_TEST_H_
#define ADVANTAGED_CORE_SELF_TEST_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace advantaged {

// "" if every kernel, reached the way requests reach it, gives exactly the expected float32 bits;
// else a sentence that names the kernel and its first value that differs. Below 5 ms.
std::string SelfTest();

// The comparison: "" if `values` are `bits`, else that sentence.
std::string FirstDifference(std::string_view kernel, std::span<const float> values,
                            std::span<const std::uint32_t> bits);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_SELF_TEST_H_
