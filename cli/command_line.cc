#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <map>
#include <type_traits>

namespace advantaged::cli {
namespace {

template <typename Value>
struct ElementOf {
  using Type = Value;
};
template <typename Value>
struct ElementOf<std::vector<Value>> {
  using Type = Value;
};
template <typename Value>
struct ElementOf<std::optional<Value>> {
  using Type = Value;
};

template <typename Value>
constexpr bool kIsList = !std::is_same_v<Value, std::string> &&
                         std::is_same_v<Value, std::vector<typename ElementOf<Value>::Type>>;

// The option of `flag`, whose target is `value`.
template <typename Value>
CLI::Option* AddOption(CLI::App& command, const Flag& flag, Value& value) {
  using Element = typename ElementOf<Value>::Type;
  CLI::Option* option = nullptr;
  if constexpr (std::is_same_v<Value, bool>) {
    return command.add_flag(flag.name, value, flag.help);
  } else if constexpr (std::is_same_v<Value, std::optional<std::string>>) {
    // Of an empty text CLI11 would make no text.
    option = command.add_option_function<std::string>(
        flag.name, [&value](const std::string& text) { value = text; }, flag.help);
  } else {
    option = command.add_option(flag.name, value, flag.help);
  }
  option->type_name(flag.type);
  if constexpr (kIsList<Value>) {
    option->allow_extra_args(false);
    if (std::is_arithmetic_v<Element>) {
      option->delimiter(',');
    } else {
      option->take_all();
    }
  }
  if constexpr (std::is_arithmetic_v<Element>) {
    if (const auto& range = flag.check.range) {
      // Without a description: the help says which values there are.
      option->check(
          CLI::Range(static_cast<Element>(range->first), static_cast<Element>(range->second))
              .description(""));
    }
  }
  return option;
}

void AddFlag(CLI::App& command, const Flag& flag) {
  CLI::Option* option =
      std::visit([&](auto* value) { return AddOption(command, flag, *value); }, flag.target);
  if (!flag.group.empty()) option->group(flag.group);
  if (flag.check.required) option->required();
  if (!flag.check.choices.empty()) {
    option->check(CLI::IsMember(flag.check.choices).description(""));
  }
}

CLI::App* AddCommand(CLI::App& program, const Command& command) {
  CLI::App* added = program.add_subcommand(command.name, command.description);
  added->footer(command.footer);
  for (const Flag& flag : command.flags) AddFlag(*added, flag);
  if (command.arguments != nullptr) added->prefix_command();
  return added;
}

}  // namespace

CommandLine ReadCommandLine(std::span<const Command> commands, int argc, const char* const* argv) {
  CLI::App program("Advantages of reinforcement-learning rewards: the client of advantaged.",
                   "advctl");
  program.set_version_flag("--version", "advctl " ADVANTAGED_VERSION);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  std::map<const CLI::App*, const Command*> added;
  for (const Command& command : commands) added[AddCommand(program, command)] = &command;
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return {.code = program.exit(error) == 0 ? ExitCode::kOk : ExitCode::kUsage};
  }
  const CLI::App* chosen = program.get_subcommands().front();
  const Command* command = added.at(chosen);
  if (command->arguments != nullptr) *command->arguments = chosen->remaining();
  return {.command = command};
}

}  // namespace advantaged::cli
