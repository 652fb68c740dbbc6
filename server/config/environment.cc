#include "server/config/environment.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/names.h"
#include "base/text.h"
#include "server/config/settings.h"

namespace advantaged {
namespace {

constexpr std::string_view kPrefix = "ADVANTAGED_";
constexpr const char* kConfig = "ADVANTAGED_CONFIG";
// Fewer edits than this from a name of ours is a typing error, more is another name.
constexpr std::size_t kFar = 3;

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t comma = 0; comma != std::string::npos; start = comma + 1) {
    comma = text.find(',', start);
    parts.push_back(text.substr(start, comma - start));
  }
  return parts;
}

// …_PORT_80_TCP, and with one of the endings.
bool IsPortOfAService(std::string_view name) {
  constexpr std::string_view kEndings[] = {"", "_PROTO", "_PORT", "_ADDR"};
  for (const std::string_view protocol : {"_TCP", "_UDP", "_SCTP"}) {
    const std::size_t at = name.find(protocol);
    if (at == std::string_view::npos) continue;
    const std::string_view before = name.substr(0, at);
    const std::string_view words = before.substr(0, before.find_last_not_of("0123456789") + 1);
    return words.size() < before.size() && words.ends_with("_PORT_") &&
           std::ranges::find(kEndings, name.substr(at + protocol.size())) != std::end(kEndings);
  }
  return false;
}

// Whether Kubernetes sets it for a service ("docker links").
bool IsOfAService(std::string_view name, std::string_view value) {
  return name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") ||
         name.find("_SERVICE_PORT_") != std::string_view::npos || IsPortOfAService(name) ||
         (name.ends_with("_PORT") && value.find("://") != std::string_view::npos);
}

void AddUnknown(const std::string& name, Environment& environment) {
  std::vector<std::string> known{kConfig};
  for (const Setting& row : Settings()) known.push_back(row.variable());
  const auto closest = std::ranges::min_element(
      known, {}, [&](const std::string& other) { return EditDistance(name, other); });
  const bool is_far = EditDistance(name, *closest) >= kFar;
  (is_far ? environment.warnings : environment.errors)
      .push_back(Concat("unknown environment variable ", name,
                        is_far ? "; the closest known one is " : "; did you mean ", *closest,
                        is_far ? "" : "?"));
}

}  // namespace

Environment ReadEnvironment(const char* const* variables) {
  Environment environment;
  for (; *variables != nullptr; ++variables) {
    const std::string_view text = *variables;
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string name(text.substr(0, equals));
    const std::string value(text.substr(equals + 1));
    if (value.empty()) continue;
    if (name == kConfig) {
      environment.config = value;
      continue;
    }
    const auto setting = std::ranges::find(Settings(), name, &Setting::variable);
    if (setting != Settings().end()) {
      environment.settings[std::string(setting->name)] = {
          setting->kind.is_list ? Split(value) : std::vector{value}, name, "environment"};
      continue;
    }
    if (!IsOfAService(name, value)) AddUnknown(name, environment);
  }
  return environment;
}

}  // namespace advantaged
