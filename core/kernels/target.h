// The instruction set that the kernels run on.
//
// Each kernel is one source, compiled once for every instruction set ("target") that Highway knows
// on this processor; a call takes the best that the CPU has. Bits are the same on all of them
// (lane_sum.h), so nobody has to choose: what is here serves reports, tests and a self-test that
// finds a target at fault.
#ifndef ADVANTAGED_CORE_KERNELS_TARGET_H_
#define ADVANTAGED_CORE_KERNELS_TARGET_H_

#include <string_view>
#include <vector>

namespace advantaged {

// The plain target, which every CPU has.
std::string_view ScalarKernelTarget();

// The targets that were compiled and that this CPU has, by Highway's names, the best first and the
// scalar one last, such as "AVX3" (AVX-512), "AVX2", "SSE4", "SSSE3", "SCALAR".
const std::vector<std::string_view>& KernelTargets();

// The one that kernels run on.
std::string_view KernelTarget();

// Makes all kernels of this process, and any other user of Highway in it, run on that target. One
// of KernelTargets(). Not while a kernel runs.
void UseKernelTarget(std::string_view name);

// Back to the best.
void UseBestKernelTarget();

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_TARGET_H_
