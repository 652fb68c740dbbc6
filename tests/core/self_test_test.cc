// The self-test passes here, its comparison sees a single bit, and kernels leave a target that
// fails.
#include "core/kernels/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "core/kernels/target.h"

namespace advantaged {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SelfTest, Passes) { EXPECT_EQ(SelfTest(), ""); }

// Passes on the scalar target alone.
std::string OnScalarOnly() {
  if (KernelTarget() == ScalarKernelTarget()) return SelfTest();
  return FirstDifference("affine", std::array{1.0F}, std::array{0U});
}

class TestKernelsTest : public testing::Test {
 protected:
  ~TestKernelsTest() override { UseBestKernelTarget(); }
};

TEST_F(TestKernelsTest, StaysOnTheBestTargetThatPasses) {
  const KernelTest test = TestKernels();
  EXPECT_TRUE(test.passed);
  EXPECT_FALSE(test.fell_back());
  EXPECT_THAT(test.faults, IsEmpty());
  EXPECT_EQ(KernelTarget(), KernelTargets().front());
}

TEST_F(TestKernelsTest, FallsBackToTheScalarTarget) {
  if (KernelTargets().size() == 1) GTEST_SKIP() << "this CPU has the scalar target only";
  const KernelTest test = TestKernels(OnScalarOnly);
  EXPECT_TRUE(test.passed);
  EXPECT_TRUE(test.fell_back());
  EXPECT_THAT(test.faults, ElementsAre(AllOf(HasSubstr("affine: value 0"),
                                             EndsWith(Concat(", on ", KernelTargets().front())))));
  EXPECT_EQ(KernelTarget(), ScalarKernelTarget());
}

TEST_F(TestKernelsTest, FailsWhereEveryTargetFails) {
  const KernelTest test = TestKernels([] { return std::string("wrong"); });
  EXPECT_FALSE(test.passed);
  EXPECT_FALSE(test.fell_back());
  ASSERT_EQ(test.faults.size(), std::min<std::size_t>(KernelTargets().size(), 2));
  EXPECT_EQ(test.faults.front(), Concat("wrong, on ", KernelTargets().front()));
  EXPECT_EQ(test.faults.back(), Concat("wrong, on ", ScalarKernelTarget()));
}

TEST_F(TestKernelsTest, DoesNotRepeatItselfOnTheScalarTarget) {
  UseKernelTarget(ScalarKernelTarget());
  EXPECT_EQ(TestKernels([] { return std::string("wrong"); }).faults.size(), 1U);
}

TEST(SelfTest, NamesKernelAndFirstValueThatDiffers) {
  constexpr std::array<float, 3> kValues = {1, -0.5F, -0.5F};
  EXPECT_EQ(FirstDifference("affine", kValues, std::array{0x3f800000U, 0xbf000000U, 0xbf000000U}),
            "");
  EXPECT_THAT(FirstDifference("affine", kValues, std::array{0x3f800000U, 0xbf000001U, 0xbf000002U}),
              AllOf(HasSubstr("affine"), HasSubstr("value 1 is -0.5 (0xbf000000)"),
                    HasSubstr("-0.50000006 (0xbf000001)")));
}

TEST(SelfTest, TellsZerosApart) {
  EXPECT_NE(FirstDifference("rank", std::array{-0.0F}, std::array{0U}), "");
}

TEST(SelfTest, ARefusedInputDiffers) {
  EXPECT_THAT(FirstDifference("rank", {}, std::array{0U, 0U}), HasSubstr("0 values instead of 2"));
}

}  // namespace
}  // namespace advantaged
