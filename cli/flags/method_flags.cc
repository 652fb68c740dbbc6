#include "cli/flags/method_flags.h"

#include "advantaged/client/method_spec.h"
#include "advantaged/client/settings_line.h"
#include "cli/terminal/failure.h"
#include "client/cpp/grpc_status.h"

namespace advantaged::cli {

Flag ParameterFlag(std::vector<std::string>& parameters, const std::string& group) {
  return {"-p,--param", "KEY=VALUE", &parameters,
          "Parameter of the method, e.g. -p k=4; repeatable;\ntables as JSON or @FILE", group};
}

v1::MethodSpec ReadMethod(const std::string& name, const std::vector<std::string>& parameters) {
  absl::StatusOr<std::vector<std::string>> words = client::SplitSettings(name);
  if (!words.ok()) throw Failure(ExitCode::kUsage, client::Message(words.status()));
  const std::string method_name = words->front();
  words->erase(words->begin());
  words->insert(words->end(), parameters.begin(), parameters.end());
  absl::StatusOr<v1::MethodSpec> method = client::ParseMethodSpec(method_name, *words);
  if (!method.ok()) throw Failure(ExitCode::kUsage, client::Message(method.status()));
  return *std::move(method);
}

}  // namespace advantaged::cli
