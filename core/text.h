// Composing messages: Concat("k = ", k, " exceeds n = ", n). Numbers are written so that they read
// back as the same value; a NaN loses its sign, which nobody wants to read.
#ifndef ADVANTAGED_CORE_TEXT_H_
#define ADVANTAGED_CORE_TEXT_H_

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>

namespace advantaged {

inline void Append(std::string& text, std::string_view part) { text += part; }

template <typename Number>
requires std::is_arithmetic_v<Number>
void Append(std::string& text, Number number) {
  if (number != number) return Append(text, std::string_view("nan"));
  char buffer[32];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
}

template <typename... Parts>
std::string Concat(const Parts&... parts) {
  std::string text;
  (Append(text, parts), ...);
  return text;
}

// `path[index]`.
inline std::string At(std::string_view path, std::size_t index) {
  return Concat(path, "[", index, "]");
}

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_TEXT_H_
