// Help with a mistyped name.
#ifndef ADVANTAGED_CORE_CLOSEST_NAME_H_
#define ADVANTAGED_CORE_CLOSEST_NAME_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace advantaged {

// Levenshtein distance of two short names: how many insertions, deletions and replacements of one
// byte turn `a` into `b`.
std::size_t EditDistance(std::string_view a, std::string_view b);

// `; did you mean "NAME"?` with the closest of `known`, or "" if even that one differs in more than
// half of what was typed. Capital letters of what was typed count as small ones.
std::string Suggestion(std::string_view typed, std::span<const std::string_view> known);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_CLOSEST_NAME_H_
