#include "cli/method_flags.h"

#include <CLI/CLI.hpp>

#include "cli/failure.h"
#include "client/cpp/method_spec.h"

namespace advantaged::cli {

CLI::Option* AddParameterFlag(CLI::App& command, std::vector<std::string>& parameters) {
  return command
      .add_option("-p,--param", parameters,
                  "Parameter of the method, e.g. -p k=4; repeatable;\ntables as JSON or @FILE")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
}

v1::MethodSpec ReadMethod(const std::string& name, const std::vector<std::string>& parameters) {
  v1::MethodSpec method;
  const client::Status status = client::ParseMethodSpec(name, parameters, method);
  if (!status.ok()) throw Failure(ExitCode::kUsage, status.message);
  return method;
}

}  // namespace advantaged::cli
