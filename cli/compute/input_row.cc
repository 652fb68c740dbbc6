#include "cli/compute/input_row.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/names.h"
#include "base/text.h"
#include "cli/compute/line_sax.h"

namespace advantaged::cli {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kKeys[] = {"group",  "reward",   "outcome",   "valid",
                                      "length", "response", "trajectory"};

std::string Mistyped(const std::string& key, const Json& value, std::string_view wanted) {
  return Concat(key, " (", value.dump(-1, ' ', false, Json::error_handler_t::replace),
                "): must be ", wanted);
}

// These read one value that is no real number, and return what is wrong with it, or "".

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

// The JSON of a row as a stream of events: its values, one after the other, go to Read().
class RowSax : public nlohmann::json_sax<Json> {
 public:
  RowSax(std::string_view text, InputRow& row) : text_(text), row_(row) {}

  // What is wrong, or "".
  const std::string& error() const { return error_; }
  // Of the reward, if it is a real number.
  const std::string& digits() const { return digits_; }

  bool null() override { return Take(nullptr); }
  bool boolean(bool value) override { return Take(value); }
  bool number_integer(std::int64_t value) override { return Take(value); }
  bool number_unsigned(std::uint64_t value) override { return Take(value); }
  bool number_float(double value, const std::string& digits) override {
    if (!in_object_ || key_ != "reward") return Take(value);
    row_.reward = RewardOf(digits);
    digits_ = digits;
    return true;
  }
  bool string(std::string& value) override { return Take(value); }
  bool binary(Json::binary_t& value) override { return Take(Json::binary(value)); }
  bool start_object(std::size_t /*size*/) override {
    if (in_object_) return Take(Json::object());
    in_object_ = true;
    return true;
  }
  bool key(std::string& name) override {
    key_ = name;
    return seen_.insert(name).second || Fail(Concat(name, ": given twice"));
  }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*size*/) override { return Take(Json::array()); }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& exception) override {
    return Fail(NotJson(text_, position, key_.empty() ? "the row" : key_, exception.what()));
  }

 private:
  bool Fail(const std::string& error) {
    error_ = error;
    return error.empty();
  }
  bool Take(const Json& value) {
    return Fail(in_object_ ? Read(key_, value, row_)
                           : "not an object such as {\"group\": \"a\", \"reward\": 1}");
  }

  std::string_view text_;
  InputRow& row_;
  std::string error_;
  std::string key_;
  std::string digits_;
  std::set<std::string> seen_;
  bool in_object_ = false;
};

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
  RowSax sax(text, row);
  Json::sax_parse(text, &sax);
  if (!sax.error().empty()) return sax.error();
  if (row.group.empty()) return "group: missing; a row needs the id of its group";
  if (!row.valid) return "";
  if (std::isnan(row.reward) && !row.response) {
    return "reward (null): only a response that \"valid\" masks may lack a reward";
  }
  if (std::isinf(row.reward)) return Concat("reward (", sax.digits(), "): beyond float32");
  return "";
}

}  // namespace advantaged::cli
