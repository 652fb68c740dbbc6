// One group of the input: a line of JSON.
//
//   {"rewards": [1, 0.5, null], "group": "prompt-7", "outcomes": [1, 0, 0],
//    "valid": [true, true, false], "lengths": [120, 95, 512]}
//
// Only `rewards` is required; arrays beside it have its length. Unknown keys are errors: a
// misspelt "lenghts" must not go unnoticed.
#ifndef ADVANTAGED_CLI_COMPUTE_INPUT_LINE_H_
#define ADVANTAGED_CLI_COMPUTE_INPUT_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advantaged::cli {

struct InputLine {
  std::vector<float> rewards;  // NaN for null, which only a masked response may have
  std::optional<std::vector<std::uint8_t>> outcomes;
  std::optional<std::vector<std::uint8_t>> valid;
  std::optional<std::vector<std::uint32_t>> lengths;
  std::optional<std::string> group;
};

// Fills `line` from `text`. Returns what is wrong, by field and value, or "" if nothing is.
// Rewards are rounded once, from the digits to the nearest float32; beyond its range they become
// infinite, for the service to refuse unless masked.
std::string ParseInputLine(std::string_view text, InputLine& line);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_INPUT_LINE_H_
