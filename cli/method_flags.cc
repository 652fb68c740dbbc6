#include "cli/method_flags.h"

#include <CLI/CLI.hpp>

#include "advantaged/client/method_spec.h"
#include "cli/failure.h"
#include "client/cpp/grpc_status.h"

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
  absl::StatusOr<v1::MethodSpec> method = client::ParseMethodSpec(name, parameters);
  if (!method.ok()) throw Failure(ExitCode::kUsage, client::Message(method.status()));
  return *std::move(method);
}

}  // namespace advantaged::cli
