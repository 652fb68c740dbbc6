// A look at every kernel before anything relies on it: fixed inputs, expected bits. What it guards
// against is a machine, a compiler or an instruction set on which the arithmetic is not what the
// tests of the build saw.
#ifndef ADVANTAGED_CORE_KERNELS_SELF_TEST_H_
#define ADVANTAGED_CORE_KERNELS_SELF_TEST_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace advantaged {

// "" if every kernel, reached the way requests reach it, gives exactly the expected float32 bits;
// else a sentence that names the kernel and its first value that differs. Below 5 ms.
std::string SelfTest();

// How the self-test went on the targets (kernels/target.h) that it was run on.
struct KernelTest {
  bool passed = false;              // on the target that the kernels run on from now on
  std::vector<std::string> faults;  // of the targets it failed on, each of which it names

  // The kernels left the best target for the scalar one, and pass there.
  bool fell_back() const { return passed && !faults.empty(); }
};

// Runs the self-test on the target in use. If it fails there, all kernels of the process are moved
// to the scalar target, where it runs again. Before any other thread runs a kernel.
KernelTest TestKernels(const std::function<std::string()>& self_test = SelfTest);

// The comparison: "" if `values` are `bits`, else that sentence.
std::string FirstDifference(std::string_view kernel, std::span<const float> values,
                            std::span<const std::uint32_t> bits);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_SELF_TEST_H_
