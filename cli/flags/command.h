// A command of advctl as data: its flags, and what it does.
#ifndef ADVANTAGED_CLI_FLAGS_COMMAND_H_
#define ADVANTAGED_CLI_FLAGS_COMMAND_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace advantaged::cli {

// Where the value of a flag goes. A bool is a switch; lists of numbers are typed with commas, flags
// of other lists are repeated.
using Target =
    std::variant<bool*, std::string*, std::uint32_t*, double*, std::optional<std::string>*,
                 std::optional<std::uint32_t>*, std::optional<double>*, std::vector<std::string>*,
                 std::vector<std::uint32_t>*, std::vector<double>*>;

// What is asked of a flag and its value beyond their type.
struct Check {
  bool required = false;
  std::optional<std::pair<double, double>> range;  // of numbers, both ends allowed
  std::vector<std::string> choices;
};

inline Check Required() { return {.required = true, .range = {}, .choices = {}}; }
inline Check Between(double low, double high) {
  return {.required = false, .range = {{low, high}}, .choices = {}};
}
inline Check OneOf(std::vector<std::string> choices) {
  return {.required = false, .range = {}, .choices = std::move(choices)};
}

struct Flag {
  std::string name;  // "--n", "-p,--param", or "method": an argument without a flag
  std::string type;  // of its value, as --help names it; "" of a switch
  Target target;
  std::string help;   // lines of at most 50 characters
  std::string group;  // heading of --help; "" is "Options"
  Check check = {};
};

struct Command {
  std::string name;
  std::string description;
  std::string footer;         // of its --help
  std::vector<Flag> flags;    // those of a group together
  std::function<void()> run;  // after the targets are set; throws a Failure if it cannot
  // If set, gets all that follows the name as it stands; the command has no flags of its own then.
  std::vector<std::string>* arguments = nullptr;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_FLAGS_COMMAND_H_
