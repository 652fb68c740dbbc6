// A picture of a function on (0, 1), in characters.
#ifndef ADVANTAGED_CLI_DESCRIBE_PLOT_H_
#define ADVANTAGED_CLI_DESCRIBE_PLOT_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace advantaged::cli {

struct PlotSize {
  std::size_t width = 46;
  std::size_t height = 5;
};

// Points of a function: ascending x in (0, 1), and the values there.
struct Points {
  std::span<const double> x;
  std::span<const double> y;
};

// A title and `height` lines of bars, each `width` characters wide. The bars begin at the smallest
// value; the title says what bottom and top stand for. A function may be infinite at 0 and 1: where
// the values within 0.05 of them would flatten the others, they are cut off. Empty if there are too
// few points for a picture.
std::vector<std::string> Plot(const std::string& name, const Points& points,
                              const PlotSize& size = {});

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_DESCRIBE_PLOT_H_
