#include "server/config/file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "base/names.h"
#include "base/regular_file.h"
#include "base/text.h"

namespace advantaged {
namespace {

std::string At(const std::string& path, const toml::source_region& source) {
  return Concat(path, ":", source.begin.line, ": ");
}

std::string UnknownKey(std::string_view key) {
  std::vector<std::string> names;
  for (const Setting& setting : Settings()) names.push_back(setting.key());
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Concat("unknown key \"", key, "\"", Suggestion(key, known));
}

// One value as a flag would have it. A number only where a number is meant: an octal mode without
// quotes would be another mode.
std::optional<std::string> ReadValue(const toml::node& node, const Kind& kind) {
  if (const auto text = node.value_exact<std::string>()) return text;
  if (!kind.is_number) return std::nullopt;
  if (const auto number = node.value_exact<std::int64_t>()) return Concat(*number);
  if (const auto number = node.value_exact<double>()) {
    char buffer[400];  // of the largest, in fixed notation
    return std::string(
        buffer,
        std::to_chars(buffer, buffer + sizeof buffer, *number, std::chars_format::fixed).ptr);
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> ReadValues(const toml::node& node, const Kind& kind) {
  std::vector<std::string> texts;
  const auto add = [&](const toml::node& one) {
    auto text = ReadValue(one, kind);
    if (text) texts.push_back(*std::move(text));
    return text.has_value();
  };
  const toml::array* const array = kind.is_list ? node.as_array() : nullptr;
  const bool read = array != nullptr ? std::ranges::all_of(*array, add) : add(node);
  return read ? std::optional(texts) : std::nullopt;
}

}  // namespace

Layer ParseConfig(std::string_view text, const std::string& path, Errors& errors) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    errors.push_back(At(path, error.source()) + std::string(error.description()));
    return {};
  }
  Layer layer;
  std::multimap<toml::source_index, std::string> complaints;  // by line
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    const auto complain = [&, &at = key.source()](const std::string& complaint) {
      complaints.emplace(at.begin.line, At(path, at) + complaint);
    };
    const auto setting = std::ranges::find(Settings(), name, &Setting::key);
    if (setting == Settings().end()) {
      complain(node.is_table() ? Concat("\"", name, "\" is a table; keys stand at the top level")
                               : UnknownKey(name));
      continue;
    }
    auto texts = ReadValues(node, setting->kind);
    if (!texts) {
      complain(Concat(name, ": must be ", setting->kind.is_number ? "a number or " : "",
                      "text in quotes", setting->kind.is_list ? ", or an array of such" : ""));
      continue;
    }
    // It would end the text for the operating system.
    const auto has_zero = [](const std::string& one) { return one.find('\0') != one.npos; };
    if (std::ranges::any_of(*texts, has_zero)) {
      complain(Concat(name, ": a text with a zero byte"));
      continue;
    }
    layer[std::string(setting->name)] = {*std::move(texts), Concat(At(path, key.source()), name),
                                         Concat("file, line ", key.source().begin.line)};
  }
  for (auto& [line, complaint] : complaints) errors.push_back(std::move(complaint));
  return layer;
}

Layer ReadConfigFile(const std::string& path, Errors& errors) {
  std::string text;
  const std::string error = ReadRegularFile(path, text);
  if (error.empty()) return ParseConfig(text, path, errors);
  errors.push_back(Concat("cannot read ", path, ": ", error));
  return {};
}

std::string WriteConfigValue(const Setting& setting, const std::vector<std::string>& texts) {
  std::ostringstream out;
  const auto write = [&](const std::string& text) {
    const bool bare = setting.kind.is_number && text.find_first_not_of("0123456789.") == text.npos;
    if (bare) {
      out << text;
    } else {
      using Formatter = toml::toml_formatter;
      out << Formatter(toml::value(text),
                       Formatter::default_flags & ~toml::format_flags::allow_literal_strings);
    }
  };
  if (!setting.kind.is_list) {
    write(texts.front());
    return out.str();
  }
  out << '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out << (i == 0 ? "" : ", ");
    write(texts[i]);
  }
  out << ']';
  return out.str();
}

}  // namespace advantaged
