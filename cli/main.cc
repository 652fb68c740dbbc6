// advctl: the command line of advantaged.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "cli/failure.h"

namespace {

using advantaged::cli::ExitCode;
using advantaged::cli::Failure;

int Run(CLI::App& program, int argc, char** argv) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  } catch (const Failure& failure) {
    std::fprintf(stderr, "advctl: %s\n", failure.what());
    return static_cast<int>(failure.code());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Advantages of reinforcement-learning rewards: the client of advantaged.",
                   "advctl");
  program.set_version_flag("--version", "advctl " ADVANTAGED_VERSION);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  advantaged::cli::AddComputeCommand(program);
  advantaged::cli::AddMethodsCommand(program);
  advantaged::cli::AddPingCommand(program);
  advantaged::cli::AddInfoCommand(program);
  return Run(program, argc, argv);
}
