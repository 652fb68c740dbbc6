// One response of the input, or a part of one: a line of JSON.
//
//   {"group": "prompt-7", "reward": 0.5, "outcome": 0, "valid": true, "length": 120,
//    "response": "prompt-7/3"}
//
// `reward` and `group` are required. Rows of one group may stand anywhere. Rows with the same
// `response`, or `trajectory`, are parts of one response.
#ifndef ADVANTAGED_CLI_COMPUTE_INPUT_ROW_H_
#define ADVANTAGED_CLI_COMPUTE_INPUT_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace advantaged::cli {

struct InputRow {
  float reward = 0;  // NaN for null
  std::string group;
  std::optional<bool> outcome;
  bool valid = true;
  std::optional<std::uint32_t> length;
  std::optional<std::string> response;
};

// Whether a line is meant as a row: it has a key "reward".
bool IsRow(std::string_view text);

// Fills `row` from `text`. Returns what is wrong, by key and value, or "" if nothing is. A null
// reward needs `valid` to be false, or other rows of its response, which RowGroups looks for; one
// beyond float32 needs `valid` to be false. Ids are texts or whole numbers; 7 and "7" are two.
std::string ParseInputRow(std::string_view text, InputRow& row);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_INPUT_ROW_H_
