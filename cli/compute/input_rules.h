// What must hold between the lines of an input.
#ifndef ADVANTAGED_CLI_COMPUTE_INPUT_RULES_H_
#define ADVANTAGED_CLI_COMPUTE_INPUT_RULES_H_

#include <optional>
#include <string>
#include <unordered_map>

#include "cli/compute/input_line.h"
#include "cli/compute/place.h"

namespace advantaged::cli {

// A group id names one line: twice the same is half a group in each place, which would silently
// give wrong advantages. Outcomes and lengths are on every line or on none, since a batch has them
// for all of its responses or for none. Lines without "valid" are all valid.
class InputRules {
 public:
  // Returns what is wrong with the next line, or "".
  std::string Check(const Place& place, const InputLine& line);

 private:
  std::unordered_map<std::string, Place> place_of_group_;
  std::optional<Place> first_;
  bool outcomes_ = false;  // of the first line
  bool lengths_ = false;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_INPUT_RULES_H_
