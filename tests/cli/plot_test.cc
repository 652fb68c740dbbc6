#include "cli/describe/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "cli/terminal/text_table.h"

namespace advantaged::cli {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ResultOf;
using testing::StartsWith;

std::vector<std::string> PlotOf(const std::function<double(double)>& f, int count = 99,
                                const PlotSize& size = {.width = 8, .height = 2}) {
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 1; i <= count; ++i) {
    x.push_back(static_cast<double>(i) / (count + 1));
    y.push_back(f(x.back()));
  }
  return Plot("f", {.x = x, .y = y}, size);
}

TEST(Plot, Slope) {
  const auto lines = PlotOf([](double x) { return 16 * x; });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], StartsWith("f   0.16 to 15.8"));
  EXPECT_EQ(lines[1], "    ▁▃▅▇");
  EXPECT_EQ(lines[2], "▁▃▅▇████");
}

TEST(Plot, EveryLineHasTheWidth) {
  for (const auto& f : {std::function<double(double)>([](double x) { return std::log(x); }),
                        std::function<double(double)>([](double x) { return 1 / (x * x); })}) {
    const auto lines = PlotOf(f, 199, {.width = 46, .height = 5});
    EXPECT_EQ(lines.size(), 6U);
    EXPECT_THAT(lines, Each(ResultOf([](const auto& line) { return Width(line); }, 46U)));
  }
}

TEST(Plot, ConstantsAreDrawnAlsoWithRounding) {
  const auto lines = PlotOf([](double x) { return x < 0.5 ? 1 : std::nextafter(1, 2); });
  EXPECT_THAT(lines[0], StartsWith("f   1 "));
  EXPECT_EQ(lines[1], "        ");
  EXPECT_EQ(lines[2], "████████");
}

TEST(Plot, EndsThatWouldFlattenTheRestAreCutOff) {
  const auto lines = PlotOf([](double x) { return 1 / x; });
  EXPECT_EQ(lines[0], "f   1.05 to 20, ends cut off");
  // A step of the middle shows, which beside f(0.01) = 100 would not.
  EXPECT_THAT(lines[2], HasSubstr("▂"));
  EXPECT_THAT(PlotOf([](double x) { return std::sqrt(x); })[0], Not(HasSubstr("cut")));
}

TEST(Plot, NothingOfFewPoints) {
  EXPECT_THAT(PlotOf([](double x) { return x; }, 3), IsEmpty());
  EXPECT_THAT(PlotOf([](double) { return NAN; }), IsEmpty());
  EXPECT_THAT(Plot("f", {}), IsEmpty());
}

}  // namespace
}  // namespace advantaged::cli
