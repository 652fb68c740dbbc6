#include "core/closest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/text.h"

namespace advantaged {

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string Suggestion(std::string_view typed, std::span<const std::string_view> known) {
  std::string small(typed);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto closest = std::ranges::min_element(
      known, {}, [&](std::string_view name) { return EditDistance(small, name); });
  if (closest == known.end() || EditDistance(small, *closest) > typed.size() / 2) return "";
  return Concat("; did you mean \"", *closest, "\"?");
}

}  // namespace advantaged
