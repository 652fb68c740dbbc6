#include "cli/compute/line_sax.h"

#include <limits>
#include <vector>

#include "base/names.h"
#include "base/numbers.h"
#include "base/text.h"

namespace advantaged::cli {
namespace {

// In the order of LineSax::Field, without kNone.
const std::vector<std::string>& FieldNames() {
  static const auto& names =
      *new std::vector<std::string>{"rewards", "outcomes", "valid", "lengths", "group"};
  return names;
}

constexpr std::string_view kWanted[] = {"a number, true or false", "0 or 1", "true or false",
                                        "a whole number from 0 to 4294967295", "a string"};

// NaN or ±Infinity at `position`, as Python's json module writes them, or "".
std::string_view NonFiniteLiteral(std::string_view text, std::size_t position) {
  const std::size_t start = text.find_last_of("[,: ", position);
  const std::string_view rest = text.substr(start == std::string_view::npos ? 0 : start + 1);
  for (const std::string_view literal : {"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"}) {
    if (rest.starts_with(literal)) return rest.substr(0, literal.size());
  }
  return "";
}

}  // namespace

std::string LineSax::Path() const {
  if (field_ == Field::kNone) return "the line";
  const std::string& name = FieldNames()[static_cast<std::size_t>(field_) - 1];
  return in_array_ ? Concat(name, "[", index_, "]") : name;
}

bool LineSax::Fail(const std::string& error) {
  error_ = error;
  return false;
}

bool LineSax::Mistyped(std::string_view value) {
  if (!in_object_) return Fail(Concat(value, " is not an object such as {\"rewards\": [1, 0]}"));
  std::string wanted(kWanted[static_cast<std::size_t>(field_) - 1]);
  if (!in_array_ && field_ != Field::kGroup) wanted = "a list, each entry " + wanted;
  return Fail(Concat(Path(), " (", value, "): must be ", wanted));
}

bool LineSax::Reward(float value, std::string_view text) {
  if (!in_array_ || field_ != Field::kRewards) return Mistyped(text);
  line_.rewards.push_back(value);
  ++index_;
  return true;
}

bool LineSax::Flag(bool value, std::string_view text) {
  if (!in_array_) return Mistyped(text);
  if (field_ == Field::kRewards) return Reward(value ? 1.0F : 0.0F, text);
  if (field_ == Field::kOutcomes) {
    line_.outcomes->push_back(value ? 1 : 0);
  } else if (field_ == Field::kValid) {
    line_.valid->push_back(value ? 1 : 0);
  } else {
    return Mistyped(text);
  }
  ++index_;
  return true;
}

bool LineSax::null() { return Reward(std::numeric_limits<float>::quiet_NaN(), "null"); }

bool LineSax::boolean(bool value) { return Flag(value, value ? "true" : "false"); }

bool LineSax::number_integer(std::int64_t value) {  // negative: others are unsigned
  return Reward(static_cast<float>(value), Concat(value));
}

bool LineSax::number_unsigned(std::uint64_t value) {
  if (field_ == Field::kRewards) return Reward(static_cast<float>(value), Concat(value));
  if (field_ != Field::kLengths || !in_array_) {
    return value <= 1 ? Flag(value == 1, Concat(value)) : Mistyped(Concat(value));
  }
  if (value > std::numeric_limits<std::uint32_t>::max()) return Mistyped(Concat(value));
  line_.lengths->push_back(static_cast<std::uint32_t>(value));
  ++index_;
  return true;
}

bool LineSax::number_float(double /*value*/, const std::string& digits) {
  return Reward(RewardOf(digits), digits);
}

bool LineSax::string(std::string& value) {
  if (in_array_ || field_ != Field::kGroup) return Mistyped(Concat("\"", value, "\""));
  line_.group = value;
  return true;
}

bool LineSax::binary(nlohmann::json::binary_t& /*value*/) { return Mistyped("binary"); }

bool LineSax::start_object(std::size_t /*size*/) {
  if (in_object_) return Mistyped("{…}");
  in_object_ = true;
  return true;
}

bool LineSax::key(std::string& name) {
  const std::vector<std::string>& names = FieldNames();
  std::size_t i = 0;
  while (i < names.size() && names[i] != name) ++i;
  if (i == names.size()) {
    return Fail(Concat("unknown key \"", name, "\"; known are ", JoinNames(names),
                       Suggestion(name, names)));
  }
  field_ = static_cast<Field>(i + 1);
  const bool given[] = {has_rewards_, line_.outcomes.has_value(), line_.valid.has_value(),
                        line_.lengths.has_value(), line_.group.has_value()};
  return !given[i] || Fail(Concat(name, ": given twice"));
}

bool LineSax::end_object() { return true; }

bool LineSax::start_array(std::size_t /*size*/) {
  if (!in_object_ || in_array_ || field_ == Field::kGroup) return Mistyped("[…]");
  if (field_ == Field::kRewards) has_rewards_ = true;
  if (field_ == Field::kOutcomes) line_.outcomes.emplace();
  if (field_ == Field::kValid) line_.valid.emplace();
  if (field_ == Field::kLengths) line_.lengths.emplace();
  in_array_ = true;
  index_ = 0;
  return true;
}

bool LineSax::end_array() {
  in_array_ = false;
  return true;
}

bool LineSax::parse_error(std::size_t position, const std::string& /*token*/,
                          const nlohmann::json::exception& exception) {
  return Fail(NotJson(text_, position, Path(), exception.what()));
}

float RewardOf(std::string_view digits) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return RoundedOnce<float>(digits).value_or(digits.starts_with('-') ? -kInfinity : kInfinity);
}

std::string NotJson(std::string_view text, std::size_t position, std::string_view path,
                    std::string_view what) {
  const std::string_view literal = NonFiniteLiteral(text, position == 0 ? 0 : position - 1);
  if (!literal.empty()) {
    return Concat(path, " (", literal,
                  "): not JSON; write null, and false in \"valid\" to mask the response out");
  }
  // "[json.exception.parse_error.101] parse error at line 1, column 9: …": a line is one line.
  for (const std::string_view before : {"] ", "parse error at line 1, "}) {
    const std::size_t found = what.find(before);
    if (found != std::string_view::npos) what.remove_prefix(found + before.size());
  }
  // "[…] number overflow parsing '1e400'", which not even a mask lets through.
  constexpr std::string_view kOverflow = "number overflow parsing '";
  if (const std::size_t found = what.find(kOverflow); found != std::string_view::npos) {
    what.remove_prefix(found + kOverflow.size());
    return Concat(path, " (", what.substr(0, what.find('\'')), "): beyond float64");
  }
  return Concat("not JSON: ", what);
}

}  // namespace advantaged::cli
