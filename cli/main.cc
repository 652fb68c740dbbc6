// advctl: the command line of advantaged.
#include <cstdio>
#include <exception>
#include <vector>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/terminal/failure.h"

namespace advantaged::cli {
namespace {

ExitCode Run(int argc, char** argv) {
  const std::vector<Command> commands = {ComputeCommand(), DescribeCommand(), MethodsCommand(),
                                         PingCommand(),    InfoCommand(),     BenchCommand(),
                                         DoctorCommand(),  AuditCommand()};
  const CommandLine line = ReadCommandLine(commands, argc, argv);
  if (line.command == nullptr) return line.code;
  try {
    line.command->run();
  } catch (const Failure& failure) {
    std::fprintf(stderr, "advctl: %s\n", failure.what());
    return failure.code();
  }
  return ExitCode::kOk;
}

}  // namespace
}  // namespace advantaged::cli

int main(int argc, char** argv) {
  using advantaged::cli::ExitCode;
  try {
    return static_cast<int>(advantaged::cli::Run(argc, argv));
  } catch (const std::exception& error) {  // of the standard library: no memory left
    std::fprintf(stderr, "advctl: %s\n", error.what());
    return static_cast<int>(ExitCode::kRefused);
  }
}
