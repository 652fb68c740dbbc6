// The arguments of a program, as CLI11 has to get them.
#ifndef ADVANTAGED_BASE_ARGUMENTS_H_
#define ADVANTAGED_BASE_ARGUMENTS_H_

#include <string>
#include <utility>
#include <vector>

namespace advantaged {

// In the order that CLI11 wants: the last first. "--flag=" is passed on as "--flag" and "", for
// CLI11 would take the next argument as its value.
inline std::vector<std::string> ReversedArguments(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    std::string argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      argument.pop_back();
      arguments.emplace_back();
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_ARGUMENTS_H_
