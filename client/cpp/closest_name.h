// Help with a mistyped name.
#ifndef ADVANTAGED_CLIENT_CPP_CLOSEST_NAME_H_
#define ADVANTAGED_CLIENT_CPP_CLOSEST_NAME_H_

#include <span>
#include <string>
#include <string_view>

namespace advantaged::client {

// "a, b, c".
std::string JoinNames(std::span<const std::string> names);

// `; did you mean "NAME"?` with the name that takes the fewest edits from `typed`, or "" if even
// that one differs in more than half of what was typed.
std::string Suggestion(std::string_view typed, std::span<const std::string> names);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_CLOSEST_NAME_H_
