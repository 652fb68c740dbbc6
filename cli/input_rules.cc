#include "cli/input_rules.h"

#include "base/text.h"

namespace advantaged::cli {
namespace {

std::string AllOrNone(const char* name, bool here, bool there, std::size_t first_line) {
  if (here == there) return "";
  return Concat(name, here ? ": given, but line " : ": missing, but line ", first_line,
                here ? " has none" : " has them", "; give them on every line or on none");
}

}  // namespace

std::string InputRules::Check(std::size_t number, const InputLine& line) {
  if (first_line_ == 0) {
    first_line_ = number;
    outcomes_ = line.outcomes.has_value();
    lengths_ = line.lengths.has_value();
  }
  std::string problem = AllOrNone("outcomes", line.outcomes.has_value(), outcomes_, first_line_);
  if (problem.empty()) {
    problem = AllOrNone("lengths", line.lengths.has_value(), lengths_, first_line_);
  }
  if (!problem.empty() || !line.group) return problem;
  const auto [known, added] = line_of_group_.emplace(*line.group, number);
  if (added) return "";
  return Concat("group (\"", *line.group, "\"): the same group as on line ", known->second,
                "; put all of its responses on one line");
}

}  // namespace advantaged::cli
