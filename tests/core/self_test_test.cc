// The self-test passes here, and its comparison sees a single bit.
#include "core/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace advantaged {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(SelfTest, Passes) { EXPECT_EQ(SelfTest(), ""); }

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
