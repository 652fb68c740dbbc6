#include "core/surrogate/landmarks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace advantaged {
namespace {

constexpr double kAlmostZero = 1e-30;
constexpr double kAlmostOne = 1 - 0x1p-53;
// Most maxima that are refined, the highest first. Formulas may have thousands.
constexpr std::size_t kMostRefined = 8;

// The place in [no, yes] from which `holds`, which is false at `no` and true at `yes`.
template <typename Predicate>
double Bisect(double no, double yes, const Predicate& holds) {
  for (;;) {
    const double middle = no + (yes - no) / 2;
    if (!(no < middle && middle < yes)) return yes;
    (holds(middle) ? yes : no) = middle;
  }
}

// F′ > 0 at `from` and not at `to`.
struct Bracket {
  double from;
  double to;
  double height;  // the larger F of the two
};

}  // namespace

std::optional<double> ArgMax(const PopulationLimit& limit, std::span<const double> rho,
                             const SurrogateValues& surrogate) {
  const auto slope = [&](double at) { return limit.Slope(at, 1 - at); };
  const double first = std::min(kAlmostZero, rho.front());
  std::vector<Bracket> falls;  // where F′ changes from positive to 0 or less
  double from = first;
  double slope_from = slope(from);
  bool flat = slope_from == 0;
  for (std::size_t i = 0; i <= rho.size(); ++i) {
    const double to = i < rho.size() ? rho[i] : kAlmostOne;
    const double slope_to = slope(to);
    flat = flat && slope_to == 0;
    if (slope_from > 0 && !(slope_to > 0)) {
      falls.push_back({from, to, std::max(surrogate.at(from), surrogate.at(to))});
    }
    from = to;
    slope_from = slope_to;
  }
  if (flat) return std::nullopt;
  std::ranges::sort(falls, std::greater(), &Bracket::height);
  if (falls.size() > kMostRefined) falls.resize(kMostRefined);
  // NaN, where a formula has no limit at an end, is never larger: then its neighbour counts.
  const auto end = [&](double value, double beside) {
    return std::isnan(value) ? surrogate.at(beside) : value;
  };
  std::optional<double> best;
  double largest = -std::numeric_limits<double>::infinity();
  const auto offer = [&](double at, double height) {
    if (!(height >= largest)) return;
    best = at;
    largest = height;
  };
  for (const Bracket& fall : falls) {
    const double top = Bisect(fall.from, fall.to, [&](double at) { return !(slope(at) > 0); });
    offer(top, surrogate.at(top));
  }
  offer(0, end(surrogate.at_zero, first));
  offer(1, end(surrogate.at_one, kAlmostOne));
  return best;
}

std::optional<double> SignChange(const PopulationLimit& limit, std::span<const double> rho) {
  const auto changed = [&](double at) {
    const Pair a = limit.At(at);
    return a.correct < 0 || a.wrong > 0;
  };
  const auto first = std::ranges::find_if(rho, changed);
  if (first == rho.end()) return std::nullopt;
  const double before = first == rho.begin() ? std::min(kAlmostZero, *first) : *(first - 1);
  return changed(before) ? 0 : Bisect(before, *first, changed);
}

}  // namespace advantaged
