// Composing messages: Concat("k = ", k, " exceeds n = ", n). Numbers are written in the shortest
// form that reads back as the same value of their type, in any locale; a NaN loses its sign, which
// nobody wants to read.
//
// Not absl::StrCat: it writes six digits of a double, and Debian's does not take std::string_view.
#ifndef ADVANTAGED_BASE_TEXT_H_
#define ADVANTAGED_BASE_TEXT_H_

#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>

namespace advantaged {

inline void Append(std::string& text, std::string_view part) { text += part; }

// With small letters for A to Z, in any locale.
inline std::string LowerCase(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

template <typename Number>
requires std::is_arithmetic_v<Number>
void Append(std::string& text, Number number) {
  if (number != number) return Append(text, std::string_view("nan"));
  char buffer[32];
  text.append(std::begin(buffer), std::to_chars(std::begin(buffer), std::end(buffer), number).ptr);
}

template <typename... Parts>
std::string Concat(const Parts&... parts) {
  std::string text;
  (Append(text, parts), ...);
  return text;
}

// At most `limit` bytes of UTF-8 text, cut between characters; then "…" is its end.
inline std::string Cut(std::string_view text, std::size_t limit) {
  constexpr std::string_view kEllipsis = "…";
  if (text.size() <= limit) return std::string(text);
  std::size_t end = limit - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)).append(kEllipsis);
}

// `path[index]`.
inline std::string At(std::string_view path, std::size_t index) {
  return Concat(path, "[", index, "]");
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_TEXT_H_
