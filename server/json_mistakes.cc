#include "server/json_mistakes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace advantaged {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWordCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+' ||
         c == '-' || c == '.' || c == '$';
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Takes the digits at the beginning; false if there are none.
bool TakeDigits(std::string_view& text) {
  const auto* end = std::ranges::find_if_not(text, IsDigit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count > 0;
}

// A number that the parser takes: it refuses those beyond double.
bool IsFiniteNumber(std::string_view word) {
  return IsJsonNumber(word) && std::isfinite(std::strtod(std::string(word).c_str(), nullptr));
}

// The text behind the first quote, up to and with the second.
std::string_view TakeString(std::string_view rest) {
  std::size_t end = 0;
  while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2U : 1U;
  return rest.substr(0, end + 1);
}

std::string_view TakeWord(std::string_view rest) {
  const auto* end = std::ranges::find_if_not(rest, IsWordCharacter);
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

std::string Marked(std::string_view text) {
  return std::string("\"").append(kMistake).append(text).append("\"");
}

// The bracket that a comma stands before, or 0.
char ClosedBehind(std::string_view rest) {
  const auto* next = std::ranges::find_if_not(rest, IsSpace);
  return next != rest.end() && (*next == ']' || *next == '}') ? *next : '\0';
}

}  // namespace

bool IsJsonNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (!TakeDigits(text)) {
    return false;
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!TakeDigits(text)) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!TakeDigits(text)) return false;
  }
  return text.empty();
}

std::optional<std::string> MarkMistakes(std::string_view json) {
  std::string marked;
  bool any = false;
  for (std::size_t i = 0; i < json.size();) {
    const std::string_view rest = json.substr(i);
    const char c = rest.front();
    std::string_view taken = rest.substr(0, 1);
    if (c == '"') {
      taken = rest.substr(0, 1 + TakeString(rest.substr(1)).size());
      marked += taken;
    } else if (IsWordCharacter(c)) {
      taken = TakeWord(rest);
      const bool good =
          taken == "true" || taken == "false" || taken == "null" || IsFiniteNumber(taken);
      good ? marked.append(taken) : marked.append(Marked(taken));
      any = any || !good;
    } else {
      marked += c;
      if (const char close = c == ',' ? ClosedBehind(rest.substr(1)) : '\0'; close != '\0') {
        marked.append(Marked(kTrailingComma)).append(close == '}' ? ":0" : "");
        any = true;
      }
    }
    i += taken.size();
  }
  if (!any) return std::nullopt;
  return marked;
}

}  // namespace advantaged
