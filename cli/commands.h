// The subcommands of advctl, in the order of --help.
#ifndef ADVANTAGED_CLI_COMMANDS_H_
#define ADVANTAGED_CLI_COMMANDS_H_

#include "cli/flags/command.h"

namespace advantaged::cli {

Command ComputeCommand();
Command DescribeCommand();
Command MethodsCommand();
Command PingCommand();
Command InfoCommand();
Command BenchCommand();
Command DoctorCommand();
Command AuditCommand();

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMMANDS_H_
