// The subcommands of advctl. Each adds itself, its flags and what it does to the program; it runs
// while the command line is parsed and throws a Failure if it cannot do what was asked.
#ifndef ADVANTAGED_CLI_COMMANDS_H_
#define ADVANTAGED_CLI_COMMANDS_H_

namespace CLI {
class App;
}

namespace advantaged::cli {

void AddComputeCommand(CLI::App& program);
void AddDescribeCommand(CLI::App& program);
void AddMethodsCommand(CLI::App& program);
void AddPingCommand(CLI::App& program);
void AddInfoCommand(CLI::App& program);
void AddBenchCommand(CLI::App& program);
void AddDoctorCommand(CLI::App& program);
void AddAuditCommand(CLI::App& program);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMMANDS_H_
