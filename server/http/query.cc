#include "server/http/query.h"

#include <algorithm>
#include <charconv>

#include "base/printable.h"

namespace advantaged::http {
namespace {

// False if a percent sign stands wrong.
bool Decode(std::string_view text, std::string& decoded) {
  constexpr std::size_t kDigits = 2;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, kDigits);
    unsigned char byte = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, byte, 16);
    if (digits.size() != kDigits || error != std::errc() || stop != end) return false;
    decoded += static_cast<char>(byte);
    i += kDigits;
  }
  return true;
}

}  // namespace

std::optional<Query> ParseQuery(std::string_view query, std::string& error) {
  Query result;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto& [name, value] = result.emplace_back();
    if (!Decode(part.substr(0, equals), name) ||
        (equals != std::string_view::npos && !Decode(part.substr(equals + 1), value))) {
      error = Printable(part).append(": % needs two hexadecimal digits behind it");
      return std::nullopt;
    }
  }
  return result;
}

}  // namespace advantaged::http
