// The JSON of an input line as a stream of events: no tree is built, and at any error the field and
// the index are known. Used by input_line; input_row shares what concerns one value.
#ifndef ADVANTAGED_CLI_COMPUTE_LINE_SAX_H_
#define ADVANTAGED_CLI_COMPUTE_LINE_SAX_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cli/compute/input_line.h"

namespace advantaged::cli {

// Why a parser stopped at `position` of a line (from 1), in or before the value of `path`, in one
// line. `what` is what its exception says.
std::string NotJson(std::string_view text, std::size_t position, std::string_view path,
                    std::string_view what);

// The reward that `digits` are, ±infinity beyond float32.
float RewardOf(std::string_view digits);

class LineSax : public nlohmann::json_sax<nlohmann::json> {
 public:
  // Both must outlive the parse.
  LineSax(std::string_view text, InputLine& line) : text_(text), line_(line) {}

  // What is wrong, or "".
  const std::string& error() const { return error_; }
  bool has_rewards() const { return has_rewards_; }

  // The interface of nlohmann::json_sax: each event returns whether to go on.
  bool null() override;
  bool boolean(bool value) override;
  bool number_integer(std::int64_t value) override;
  bool number_unsigned(std::uint64_t value) override;
  bool number_float(double value, const std::string& digits) override;
  bool string(std::string& value) override;
  bool binary(nlohmann::json::binary_t& value) override;
  bool start_object(std::size_t size) override;
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t size) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception& exception) override;

 private:
  enum class Field { kNone, kRewards, kOutcomes, kValid, kLengths, kGroup };

  std::string Path() const;               // "rewards[3]", or "group"
  bool Fail(const std::string& error);    // returns false
  bool Mistyped(std::string_view value);  // says what the field wants
  bool Flag(bool value, std::string_view text);
  bool Reward(float value, std::string_view text);

  std::string_view text_;
  InputLine& line_;
  std::string error_;
  Field field_ = Field::kNone;
  bool in_object_ = false;
  bool in_array_ = false;
  bool has_rewards_ = false;
  std::size_t index_ = 0;  // of the value being read, in the array
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_LINE_SAX_H_
