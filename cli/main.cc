// advctl: the command line of advantaged.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "cli/commands.h"
#include "cli/failure.h"

namespace advantaged::cli {
namespace {

int Run(int argc, char** argv) {
  CLI::App program("Advantages of reinforcement-learning rewards: the client of advantaged.",
                   "advctl");
  program.set_version_flag("--version", "advctl " ADVANTAGED_VERSION);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  AddComputeCommand(program);
  AddDescribeCommand(program);
  AddMethodsCommand(program);
  AddPingCommand(program);
  AddInfoCommand(program);
  AddBenchCommand(program);
  AddDoctorCommand(program);
  AddAuditCommand(program);
  try {
    program.parse(argc, argv);  // runs the command as well
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  } catch (const Failure& failure) {
    std::fprintf(stderr, "advctl: %s\n", failure.what());
    return static_cast<int>(failure.code());
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace
}  // namespace advantaged::cli

int main(int argc, char** argv) {
  try {
    return advantaged::cli::Run(argc, argv);
  } catch (const std::exception& error) {  // of the standard library: no memory left
    std::fprintf(stderr, "advctl: %s\n", error.what());
    return static_cast<int>(advantaged::cli::ExitCode::kRefused);
  }
}
