#include "server/config/command_line.h"

#include <CLI/CLI.hpp>

#include "base/arguments.h"
#include "base/names.h"
#include "base/text.h"
#include "server/config/settings.h"

namespace advantaged {
namespace {

constexpr const char* kGeneral = "General";

std::string Join(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += Concat(text.empty() ? "" : ",", one);
  return text;
}

// "Largest request …; 1KiB to 1GiB (ADVANTAGED_MAX_REQUEST_BYTES)".
std::string Help(const Setting& setting) {
  return Concat(setting.description, setting.kind.range.empty() ? "" : "; ", setting.kind.range,
                " (", setting.variable(), ")",
                setting.change == Change::kAtReload ? " [reload]" : "");
}

// Adds an error about `arguments`, which no flag took; the first may be followed by its value.
void RejectUnknown(const CLI::App& app, const std::vector<std::string>& arguments, Errors& errors) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) names.push_back(option->get_name());
  const std::vector<std::string_view> flags(names.begin(), names.end());
  const std::size_t before = errors.size();
  for (const std::string& argument : arguments) {
    if (!argument.starts_with('-')) continue;
    const std::string flag = argument.substr(0, argument.find('='));
    errors.push_back(Concat("unknown flag \"", flag, "\"", Suggestion(flag, flags)));
  }
  if (errors.size() == before && !arguments.empty()) {
    errors.push_back(Concat("unexpected argument \"", arguments.front(), "\""));
  }
}

}  // namespace

CommandLine ReadCommandLine(int argc, const char* const* argv, std::ostream& out, Errors& errors) {
  CLI::App app("Computes advantages of reward groups: a gRPC service with metrics.", "advantaged");
  app.footer("[reload]: a change in the configuration file is applied at SIGHUP.");
  app.allow_extras();
  CommandLine line;
  app.set_help_flag("-h,--help", "Print this and exit")->group(kGeneral);
  app.set_version_flag("--version", "advantaged " ADVANTAGED_VERSION, "Print the version and exit")
      ->group(kGeneral);
  app.add_option(
         "--config", line.config,
         "TOML file with keys as below, without dashes and with _ for - (ADVANTAGED_CONFIG)")
      ->type_name("FILE")
      ->group(kGeneral);
  app.add_flag("--print-config", line.print_config,
               "Print the configuration in effect, as such a file, and exit")
      ->group(kGeneral);
  app.add_flag("--check-config", line.check_config, "Exit: 0 if the configuration is good, else 2")
      ->group(kGeneral);

  const ServerOptions defaults;
  std::map<std::string_view, std::vector<std::string>> texts;
  for (const Setting& setting : Settings()) {
    auto* const option = app.add_option(setting.flag(), texts[setting.name], Help(setting))
                             ->type_name(setting.kind.type)
                             ->expected(1)
                             ->allow_extra_args(false)
                             ->default_str(Join(setting.kind.write(defaults)))
                             ->group(std::string(setting.group));
    if (setting.kind.is_list) option->delimiter(',')->take_all();
  }

  try {
    app.parse(ReversedArguments(argc, argv));
  } catch (const CLI::ParseError& error) {
    line.answered = error.get_exit_code() == 0;
    if (line.answered) {
      app.exit(error, out, out);
    } else {
      errors.emplace_back(error.what());
    }
    return line;
  }
  RejectUnknown(app, app.remaining(), errors);
  for (const Setting& setting : Settings()) {
    if (app.count(setting.flag()) == 0) continue;
    const std::string& last = texts[setting.name].back();
    // CLI11 takes whatever comes next.
    if (last.starts_with("--")) {
      errors.push_back(Concat(setting.flag(), ": its value is missing: \"", last, "\" follows"));
      continue;
    }
    line.settings[std::string(setting.name)] = {texts[setting.name], setting.flag(), "flag"};
  }
  return line;
}

}  // namespace advantaged
