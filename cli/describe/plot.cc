#include "cli/describe/plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "cli/terminal/text_table.h"

namespace advantaged::cli {
namespace {

constexpr std::size_t kFewestPoints = 16;
constexpr double kEnds = 0.05;
constexpr double kMostOfEnds = 2.5;  // of the others' height
constexpr double kRounding = 1e-12;
constexpr std::size_t kLevels = 8;  // of a character
constexpr const char* kBars[kLevels + 1] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double height() const { return high - low; }
};

// Of the values at least `ends` away from 0 and 1.
Range RangeOf(const Points& points, double ends) {
  Range range;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    if (points.x[i] < ends || points.x[i] > 1 - ends || !std::isfinite(points.y[i])) continue;
    range.low = std::min(range.low, points.y[i]);
    range.high = std::max(range.high, points.y[i]);
  }
  return range;
}

// The value at x, between the points beside it.
double Interpolate(const Points& points, double x) {
  const auto after = std::ranges::lower_bound(points.x, x);
  if (after == points.x.begin()) return points.y.front();
  if (after == points.x.end()) return points.y.back();
  const auto i = static_cast<std::size_t>(after - points.x.begin());
  const double share = (x - points.x[i - 1]) / (points.x[i] - points.x[i - 1]);
  return std::lerp(points.y[i - 1], points.y[i], share);
}

}  // namespace

std::vector<std::string> Plot(const std::string& name, const Points& points, const PlotSize& size) {
  const Range all = RangeOf(points, 0);
  const Range inner = RangeOf(points, kEnds);
  if (points.y.size() < kFewestPoints || !(inner.low <= inner.high)) return {};
  const bool cut = all.height() > kMostOfEnds * inner.height();
  const Range& range = cut ? inner : all;
  // What is constant but for rounding is drawn as constant.
  const bool flat =
      range.height() <= kRounding * std::max(std::abs(range.low), std::abs(range.high));
  const double height = flat ? 0 : range.height();
  std::vector<std::string> lines(size.height + 1);
  lines[0] = Concat(name, "   ", Rounded(range.low, 3));
  if (height > 0) Append(lines[0], Concat(" to ", Rounded(range.high, 3)));
  if (cut) lines[0] += ", ends cut off";
  lines[0] += std::string(size.width - std::min(size.width, Width(lines[0])), ' ');
  for (std::size_t column = 0; column < size.width; ++column) {
    const double x = (static_cast<double>(column) + 0.5) / static_cast<double>(size.width);
    // At least one level, so that the smallest value shows.
    const double share =
        height > 0 ? std::clamp((Interpolate(points, x) - range.low) / height, 0.0, 1.0) : 0.5;
    const auto levels = std::max<std::size_t>(
        1,
        static_cast<std::size_t>(std::lround(share * static_cast<double>(kLevels * size.height))));
    for (std::size_t line = 1; line <= size.height; ++line) {
      const std::size_t below = kLevels * (size.height - line);
      lines[line] += kBars[std::clamp(levels, below, below + kLevels) - below];
    }
  }
  return lines;
}

}  // namespace advantaged::cli
