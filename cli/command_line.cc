#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <type_traits>

#include "base/arguments.h"
#include "base/names.h"
#include "base/text.h"

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

bool IsFlag(std::string_view word) { return word.starts_with('-'); }

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
    // An argument without a flag takes all there are, a flag one.
    if (IsFlag(flag.name)) option->allow_extra_args(false);
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

// CLI11 takes whatever comes next, and "--run --no-observe" would be a run of that name.
std::string MissingValue(const std::string& value) {
  return value.starts_with("--") ? Concat("its value is missing: \"", value, "\" follows") : "";
}

void AddFlag(CLI::App& command, const Flag& flag) {
  CLI::Option* option =
      std::visit([&](auto* value) { return AddOption(command, flag, *value); }, flag.target);
  if (!flag.group.empty()) option->group(flag.group);
  if (IsFlag(flag.name) && !flag.type.empty()) option->check(MissingValue, "");
  if (flag.check.required) option->required();
  if (!flag.check.choices.empty()) {
    option->check(CLI::IsMember(flag.check.choices).description(""));
  }
}

CLI::App* AddCommand(CLI::App& program, const Command& command) {
  CLI::App* added = program.add_subcommand(command.name, command.description);
  added->footer(command.footer);
  for (const Flag& flag : command.flags) AddFlag(*added, flag);
  return added;
}

[[noreturn]] void Refuse(const std::string& what) {
  throw CLI::ParseError(what, CLI::ExitCodes::ExtrasError);
}

// Of what CLI11 could not place, the first.
[[noreturn]] void RefuseExtra(const std::string& extra, const CLI::App& app) {
  if (!IsFlag(extra)) Refuse(Concat("unexpected argument \"", extra, "\""));
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    if (IsFlag(option->get_name())) flags.push_back(option->get_name());
  }
  const std::string flag = extra.substr(0, extra.find('='));
  Refuse(Concat("unknown flag \"", flag, "\"", Suggestion(flag, flags)));
}

void Parse(CLI::App& program, std::span<const Command> commands, int argc,
           const char* const* argv) {
  if (argc == 1) throw CLI::CallForHelp();
  if (const std::string_view first = argv[1]; !IsFlag(first)) {
    const auto names = commands | std::views::transform(&Command::name);
    if (std::ranges::find(names, first) == names.end()) {
      Refuse(Concat("unknown command \"", first, "\"", Suggestion(first, names),
                    "; commands: ", JoinNames(names)));
    }
  }
  std::string missing;
  try {
    program.parse(ReversedArguments(argc, argv));
  } catch (const CLI::RequiredError& error) {
    missing = error.what();  // perhaps because its flag is misspelt
  }
  for (CLI::App* app : program.get_subcommands()) {
    if (app->remaining_size() > 0) RefuseExtra(app->remaining().front(), *app);
  }
  if (program.remaining_size() > 0) RefuseExtra(program.remaining().front(), program);
  if (!missing.empty()) Refuse(missing);
}

// Whether all that follows goes elsewhere. Our own --help needs nothing else installed.
bool PassesOn(const Command& command, int argc, const char* const* argv) {
  if (command.arguments == nullptr || command.name != argv[1]) return false;
  const std::string_view second = argc == 3 ? argv[2] : "";
  return second != "--help" && second != "-h";
}

}  // namespace

CommandLine ReadCommandLine(std::span<const Command> commands, int argc, const char* const* argv) {
  CLI::App program("Advantages of reinforcement-learning rewards: the client of advantaged.",
                   "advctl");
  program.set_version_flag("--version", "advctl " ADVANTAGED_VERSION);
  program.require_subcommand(0, 1);
  program.allow_extras();  // into those added, too
  program.get_formatter()->column_width(34);
  for (const Command& command : commands) {
    AddCommand(program, command);
    if (argc < 2 || !PassesOn(command, argc, argv)) continue;
    command.arguments->assign(argv + 2, argv + argc);
    return {.command = &command};
  }
  try {
    Parse(program, commands, argc, argv);
  } catch (const CLI::ParseError& error) {
    return {.code = program.exit(error) == 0 ? ExitCode::kOk : ExitCode::kUsage};
  }
  const auto chosen = program.get_subcommands();
  if (chosen.empty()) {  // a lone "--"
    std::fputs(program.help().c_str(), stdout);
    return {};
  }
  return {.command = &*std::ranges::find(commands, chosen.front()->get_name(), &Command::name)};
}

}  // namespace advantaged::cli
