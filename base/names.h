// Names in messages: lists of them, and help with a mistyped one.
#ifndef ADVANTAGED_BASE_NAMES_H_
#define ADVANTAGED_BASE_NAMES_H_

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace advantaged {

// "a, b, c".
template <std::ranges::input_range Names>
std::string JoinNames(const Names& names) {
  std::string text;
  for (const std::string_view name : names) Append(text, Concat(text.empty() ? "" : ", ", name));
  return text;
}

// The name of a choice from that of its value in an enum of the contract: MAX_AT_K_VARIANT_PLAIN of
// the enum MaxAtKVariant, and VARIANT_PLAIN of Variant, are "plain". The prefix is what all values
// share with `unspecified`, the name of the one with the number 0, which ends in UNSPECIFIED.
inline std::string ChoiceName(std::string_view value, std::string_view unspecified) {
  constexpr std::string_view kEnd = "UNSPECIFIED";
  return LowerCase(value.substr(unspecified.size() - kEnd.size()));
}

// Levenshtein distance of two short names: how many insertions, deletions and replacements of one
// byte turn `a` into `b`.
inline std::size_t EditDistance(std::string_view a, std::string_view b) {
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

// `; did you mean "NAME"?` with the closest of `known`, or "" if even that one differs in more than
// half of what was typed. Capital letters of what was typed count as small ones.
template <std::ranges::forward_range Names>
std::string Suggestion(std::string_view typed, const Names& known) {
  const std::string small = LowerCase(typed);
  const auto closest = std::ranges::min_element(
      known, {}, [&](std::string_view name) { return EditDistance(small, name); });
  if (closest == std::ranges::end(known) || EditDistance(small, *closest) > typed.size() / 2) {
    return "";
  }
  return Concat("; did you mean \"", *closest, "\"?");
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_NAMES_H_
