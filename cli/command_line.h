// The command line of advctl. Only its .cc knows the library that reads flags.
#ifndef ADVANTAGED_CLI_COMMAND_LINE_H_
#define ADVANTAGED_CLI_COMMAND_LINE_H_

#include <span>

#include "cli/flags/command.h"
#include "cli/terminal/failure.h"

namespace advantaged::cli {

struct CommandLine {
  // What was asked for, its targets set; null if that was --help or --version, which are answered,
  // or wrong usage, of which standard error tells.
  const Command* command = nullptr;
  ExitCode code = ExitCode::kOk;  // how the program ends without a command
};

CommandLine ReadCommandLine(std::span<const Command> commands, int argc, const char* const* argv);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMMAND_LINE_H_
