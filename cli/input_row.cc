#include "cli/input_row.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/names.h"
#include "base/text.h"
#include "cli/line_sax.h"

namespace advantaged::cli {
namespace {

// Reals are read as float32, so that a reward is rounded once.
using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                  std::uint64_t, float>;

constexpr std::string_view kKeys[] = {"group",  "reward",   "outcome",   "valid",
                                      "length", "response", "trajectory"};

std::string Mistyped(const std::string& key, const Json& value, std::string_view wanted) {
  return Concat(key, " (", value.dump(-1, ' ', false, Json::error_handler_t::replace),
                "): must be ", wanted);
}

// These read one value, and return what is wrong with it, or "".

std::string ReadReward(const Json& value, float& reward) {
  if (value.is_null()) {
    reward = std::numeric_limits<float>::quiet_NaN();
  } else if (value.is_boolean()) {
    reward = value.get<bool>() ? 1.0F : 0.0F;
  } else if (value.is_number()) {
    reward = value.get<float>();
  } else {
    return Mistyped("reward", value, "a number, true or false");
  }
  return "";
}

std::string ReadFlag(const std::string& key, const Json& value, bool& flag) {
  const bool is_bit = value.is_number_unsigned() && value.get<std::uint64_t>() <= 1;
  if (!value.is_boolean() && !is_bit) return Mistyped(key, value, "true or false");
  flag = value.is_boolean() ? value.get<bool>() : value.get<std::uint64_t>() == 1;
  return "";
}

std::string ReadLength(const Json& value, std::optional<std::uint32_t>& length) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMost) {
    return Mistyped("length", value, "a whole number from 0 to 4294967295");
  }
  length = static_cast<std::uint32_t>(value.get<std::uint64_t>());
  return "";
}

std::string ReadId(const std::string& key, const Json& value, std::string& id) {
  if (!value.is_string() && !value.is_number_integer()) {
    return Mistyped(key, value, "a string or a whole number");
  }
  id = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return "";
}

std::string Read(const std::string& key, const Json& value, InputRow& row) {
  if (key == "reward") return ReadReward(value, row.reward);
  if (key == "group") return ReadId(key, value, row.group);
  if (key == "outcome") return ReadFlag(key, value, row.outcome.emplace());
  if (key == "valid") return ReadFlag(key, value, row.valid);
  if (key == "length") return ReadLength(value, row.length);
  if (key == "response" || key == "trajectory") {
    if (row.response) return "trajectory: response is given, too; they are the same";
    return ReadId(key, value, row.response.emplace());
  }
  return Concat("unknown key \"", key, "\"; known for a row are ", JoinNames(kKeys),
                Suggestion(key, kKeys));
}

}  // namespace

bool IsRow(std::string_view text) {
  constexpr std::string_view kReward = "\"reward\"";
  for (std::size_t at = text.find(kReward); at != std::string_view::npos;
       at = text.find(kReward, at + 1)) {
    const std::size_t next = text.find_first_not_of(" \t", at + kReward.size());
    if (next != std::string_view::npos && text[next] == ':') return true;
  }
  return false;
}

std::string ParseInputRow(std::string_view text, InputRow& row) {
  row = InputRow();
  std::string twice;
  std::set<std::string> seen;
  const auto note_key = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event != Json::parse_event_t::key || depth != 1) return true;
    const auto& key = parsed.template get_ref<const std::string&>();
    if (!seen.insert(key).second && twice.empty()) twice = key;
    return true;
  };
  Json object;
  try {
    object = Json::parse(text, note_key);
  } catch (const Json::parse_error& error) {
    return NotJson(text, error.byte, "the row", error.what());
  } catch (const Json::out_of_range& error) {  // "[…] number overflow parsing '1e39'"
    std::string_view digits = error.what();
    digits.remove_prefix(std::min(digits.find('\'') + 1, digits.size()));
    return Concat(digits.substr(0, digits.find('\'')), " is beyond float32");
  }
  if (!object.is_object()) return "not an object such as {\"group\": \"a\", \"reward\": 1}";
  if (!twice.empty()) return Concat(twice, ": given twice");
  for (const auto& [key, value] : object.items()) {
    std::string problem = Read(key, value, row);
    if (!problem.empty()) return problem;
  }
  if (row.group.empty()) return "group: missing; a row needs the id of its group";
  if (std::isnan(row.reward) && row.valid && !row.response) {
    return "reward (null): only a response that \"valid\" masks may lack a reward";
  }
  return "";
}

}  // namespace advantaged::cli
