// A test on each instruction set that this CPU has.
#ifndef ADVANTAGED_TESTS_CORE_EVERY_TARGET_H_
#define ADVANTAGED_TESTS_CORE_EVERY_TARGET_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/kernels/target.h"

namespace advantaged::testing {

template <typename Test>
void OnEveryTarget(Test test) {
  for (const std::string_view target : KernelTargets()) {
    UseKernelTarget(target);
    EXPECT_EQ(KernelTarget(), target);
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, std::string(target));
    test();
    if (::testing::Test::HasFatalFailure()) break;
  }
  UseBestKernelTarget();
}

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_EVERY_TARGET_H_
