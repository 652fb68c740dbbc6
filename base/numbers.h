// Numbers in text.
#ifndef ADVANTAGED_BASE_NUMBERS_H_
#define ADVANTAGED_BASE_NUMBERS_H_

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace advantaged {

// The number that all of `text` is, or nothing. `format` is a base or a std::chars_format, as
// std::from_chars takes it.
template <typename Number, typename... Format>
std::optional<Number> ParseNumber(std::string_view text, Format... format) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, format...);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// The number of JSON that `digits` are, rounded once to Real, so of a float not by way of a double;
// nothing beyond Real's range. What is closer to 0 than any Real is 0.
template <typename Real>
std::optional<Real> RoundedOnce(std::string_view digits) {
  Real number{};
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc::result_out_of_range) return number;
  const double wide = std::strtod(std::string(digits).c_str(), nullptr);
  if (!(std::abs(wide) < 1)) return std::nullopt;
  return static_cast<Real>(wide);
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_NUMBERS_H_
