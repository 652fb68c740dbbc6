// The flags that say which method, of every command that takes one.
#ifndef ADVANTAGED_CLI_METHOD_FLAGS_H_
#define ADVANTAGED_CLI_METHOD_FLAGS_H_

#include <string>
#include <vector>

#include "advantaged/v1/method.pb.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace advantaged::cli {

// Adds -p, repeatable. `parameters` must live until the command has run.
CLI::Option* AddParameterFlag(CLI::App& command, std::vector<std::string>& parameters);

// Reads the name of a method and its "KEY=VALUE" texts; throws a Failure if they are wrong usage.
v1::MethodSpec ReadMethod(const std::string& name, const std::vector<std::string>& parameters);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_METHOD_FLAGS_H_
