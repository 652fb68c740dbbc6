// Which instruction sets the kernels know and run on, against what Highway says of this compiler
// and this CPU.
#include <gmock/gmock.h>
#include <hwy/highway.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "core/kernels/target.h"
#include "tests/core/every_target.h"

namespace advantaged::testing {
namespace {

// Every bit is a target. The CPU's include both of Highway's scalar ones, of which one is
// attainable.
std::uint64_t Attainable() {
  return static_cast<std::uint64_t>(hwy::SupportedTargets() & HWY_ATTAINABLE_TARGETS);
}

TEST(KernelTargets, AreAllThatThisCpuHas) {
  std::vector<std::string_view> expected;
  for (std::uint64_t rest = Attainable(); rest != 0; rest &= rest - 1) {
    expected.emplace_back(hwy::TargetName(std::int64_t{1} << std::countr_zero(rest)));
  }
  EXPECT_EQ(KernelTargets(), expected);
  EXPECT_EQ(KernelTarget(), expected.front());
  EXPECT_EQ(ScalarKernelTarget(), expected.back());
}

// A test on every target that leaves one out would pass like one that does not.
TEST(KernelTargets, ATestOnEveryTargetRunsOnEachOnce) {
  const std::uint64_t attainable = Attainable();
  std::uint64_t ran = 0;
  OnEveryTarget([&] {
    for (std::uint64_t rest = attainable; rest != 0; rest &= rest - 1) {
      const int bit = std::countr_zero(rest);
      if (KernelTarget() == hwy::TargetName(std::int64_t{1} << bit)) {
        EXPECT_EQ((ran >> bit) % 2, 0U);
        ran |= std::uint64_t{1} << bit;
      }
    }
  });
  EXPECT_EQ(ran, attainable);
}

TEST(KernelTargets, ScalarIsEverywhereAndTheBestComesBack) {
  EXPECT_THAT(ScalarKernelTarget(), ::testing::AnyOf("SCALAR", "EMU128"));
  UseKernelTarget(ScalarKernelTarget());
  EXPECT_EQ(KernelTarget(), ScalarKernelTarget());
  UseBestKernelTarget();
  EXPECT_EQ(KernelTarget(), KernelTargets().front());
}

}  // namespace
}  // namespace advantaged::testing
