#include "cli/compute/input_line.h"

#include <cmath>
#include <limits>

#include "base/text.h"
#include "cli/compute/line_sax.h"

namespace advantaged::cli {
namespace {

template <typename Array>
std::string CheckLength(const char* name, const std::optional<Array>& array, std::size_t rewards) {
  if (!array || array->size() == rewards) return "";
  return Concat(name, ": ", array->size(), array->size() == 1 ? " entry" : " entries", " for ",
                rewards, rewards == 1 ? " reward" : " rewards");
}

std::string CheckNulls(const InputLine& line) {
  for (std::size_t i = 0; i < line.rewards.size(); ++i) {
    if (!std::isnan(line.rewards[i]) || (line.valid && (*line.valid)[i] == 0)) continue;
    return Concat("rewards[", i,
                  "] (null): only a response that \"valid\" masks may lack a reward");
  }
  return "";
}

}  // namespace

std::string ParseInputLine(std::string_view text, InputLine& line) {
  line = InputLine();
  LineSax sax(text, line);
  nlohmann::json::sax_parse(text, &sax);
  if (!sax.error().empty()) return sax.error();
  if (!sax.has_rewards()) return "rewards: missing";
  if (line.rewards.empty()) return "rewards ([]): empty; a group has at least one response";
  for (std::string problem : {CheckLength("outcomes", line.outcomes, line.rewards.size()),
                              CheckLength("valid", line.valid, line.rewards.size()),
                              CheckLength("lengths", line.lengths, line.rewards.size())}) {
    if (!problem.empty()) return problem;
  }
  return CheckNulls(line);
}

}  // namespace advantaged::cli
