// Composing text: Concat("line ", 4, ": rewards[", i, "]"). Numbers are written in the shortest
// form that reads back as the same value of their type, in any locale.
//
// Not absl::StrCat: it writes six digits of a double, and Debian's does not take std::string_view.
#ifndef ADVANTAGED_CLIENT_CPP_TEXT_H_
#define ADVANTAGED_CLIENT_CPP_TEXT_H_

#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>

namespace advantaged::client {

inline void Append(std::string& text, std::string_view part) { text += part; }

template <typename Number>
requires std::is_arithmetic_v<Number>
void Append(std::string& text, Number number) {
  char buffer[32];
  text.append(std::begin(buffer), std::to_chars(std::begin(buffer), std::end(buffer), number).ptr);
}

template <typename... Parts>
std::string Concat(const Parts&... parts) {
  std::string text;
  (Append(text, parts), ...);
  return text;
}

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_TEXT_H_
