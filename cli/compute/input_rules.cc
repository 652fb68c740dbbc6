#include "cli/compute/input_rules.h"

#include "base/text.h"

namespace advantaged::cli {
std::string InputRules::Check(const Place& place, const InputLine& line) {
  if (!first_) {
    first_ = place;
    outcomes_ = line.outcomes.has_value();
    lengths_ = line.lengths.has_value();
  }
  std::string problem = AllOrNone("outcomes", line.outcomes.has_value(), outcomes_, *first_);
  if (problem.empty()) {
    problem = AllOrNone("lengths", line.lengths.has_value(), lengths_, *first_);
  }
  if (!problem.empty() || !line.group) return problem;
  const auto [known, added] = place_of_group_.emplace(*line.group, place);
  if (added) return "";
  return Concat("group (\"", *line.group, "\"): the same group as on ", Text(known->second),
                "; put all of its responses on one line");
}

}  // namespace advantaged::cli
