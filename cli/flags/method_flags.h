// The flags that say which method, of every command that takes one.
#ifndef ADVANTAGED_CLI_FLAGS_METHOD_FLAGS_H_
#define ADVANTAGED_CLI_FLAGS_METHOD_FLAGS_H_

#include <string>
#include <vector>

#include "advantaged/v1/method.pb.h"
#include "cli/flags/command.h"

namespace advantaged::cli {

// -p, repeatable, in a group of --help. `parameters` must live until the command has run.
Flag ParameterFlag(std::vector<std::string>& parameters, const std::string& group);

// Reads a method, its name or a line as in docs/settings.md with its parameters, and further
// "KEY=VALUE" texts; throws a Failure if they are wrong usage.
v1::MethodSpec ReadMethod(const std::string& name, const std::vector<std::string>& parameters);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_FLAGS_METHOD_FLAGS_H_
