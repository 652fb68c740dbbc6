#include "server/tls/client_names.h"

#include <algorithm>

#include "base/text.h"

namespace advantaged {
namespace {

constexpr std::string_view kWildcard = "*.";

bool IsUri(std::string_view text) { return text.find("://") != std::string_view::npos; }

char Lower(char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsDnsCharacter(char c) {
  const char lower = Lower(c);
  return ('a' <= lower && lower <= 'z') || ('0' <= c && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

bool SameDnsName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, Lower, Lower);
}

}  // namespace

std::string CheckNamePattern(std::string_view pattern) {
  if (IsUri(pattern)) return "";
  std::string_view name = pattern;
  if (name.starts_with(kWildcard)) name.remove_prefix(kWildcard.size());
  if (!name.empty() && name.front() != '.' && std::ranges::all_of(name, IsDnsCharacter)) return "";
  return Concat("\"", pattern, "\" is neither a DNS name (a.example, *.example) nor a URI");
}

bool Matches(std::string_view pattern, std::string_view name) {
  if (IsUri(pattern)) return pattern == name;
  if (name.starts_with('*')) return false;
  if (SameDnsName(pattern, name)) return true;
  if (!pattern.starts_with(kWildcard)) return false;
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot != 0 &&
         SameDnsName(pattern.substr(1), name.substr(dot));
}

bool AnyMatches(std::span<const std::string> patterns, std::span<const std::string> names) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return std::ranges::any_of(names,
                               [&](const std::string& name) { return Matches(pattern, name); });
  });
}

}  // namespace advantaged
