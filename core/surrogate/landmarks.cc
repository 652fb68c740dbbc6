#include "core/surrogate/landmarks.h"

#include <algorithm>

namespace advantaged {
namespace {

constexpr double kAlmostZero = 1e-30;
constexpr double kAlmostOne = 1 - 0x1p-53;

// The place in [no, yes] from which `holds`, which is false at `no` and true at `yes`.
template <typename Predicate>
double Bisect(double no, double yes, const Predicate& holds) {
  for (;;) {
    const double middle = no + (yes - no) / 2;
    if (!(no < middle && middle < yes)) return yes;
    (holds(middle) ? yes : no) = middle;
  }
}

}  // namespace

std::optional<double> ArgMax(const PopulationLimit& limit, const SurrogateIntegral& integral,
                             const SurrogateValues& surrogate) {
  const auto slope = [&](double rho) { return limit.Slope(rho, 1 - rho); };
  const std::span<const double> rho = surrogate.rho;
  if (std::ranges::all_of(rho, [&](double at) { return slope(at) == 0; })) return std::nullopt;
  double best = 0;
  double largest = surrogate.at_zero;
  double from = std::min(kAlmostZero, rho.front());
  bool rising = slope(from) > 0;
  for (std::size_t i = 0; i <= rho.size(); ++i) {
    const double to = i < rho.size() ? rho[i] : kAlmostOne;
    const bool rises = slope(to) > 0;
    if (rising && !rises) {
      const double top = Bisect(from, to, [&](double at) { return slope(at) <= 0; });
      // From the point nearest by, whose value is known.
      const double value = i == 0 ? surrogate.value[0] - integral.Between(top, rho[0]).value
                                  : surrogate.value[i - 1] + integral.Between(from, top).value;
      if (value > largest) {
        largest = value;
        best = top;
      }
    }
    rising = rises;
    from = to;
  }
  return surrogate.at_one >= largest ? 1 : best;
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
