#include <memory>

#include "advantaged/v1/catalog.pb.h"
#include "cli/commands.h"
#include "cli/flags/server_flags.h"
#include "cli/method_listing.h"
#include "cli/terminal/json_text.h"
#include "cli/terminal/standard_output.h"

namespace advantaged::cli {
namespace {

struct MethodsFlags {
  ServerFlags server;
  std::string output = "table";
};

void RunMethods(const MethodsFlags& flags) {
  const std::unique_ptr<Backend> backend = MakeBackend(flags.server);
  const auto answer = backend->ListMethods();
  ThrowUnlessAnswered(answer.status(), *backend);
  const v1::ListMethodsResponse& methods = *answer;
  if (flags.output == "json") {
    WriteOut(MessageAsJson(methods, JsonLayout::kIndented));
  } else {
    WriteOut(MethodsAsText(methods));
  }
}

}  // namespace

Command MethodsCommand() {
  const auto flags = std::make_shared<MethodsFlags>();
  Command command{.name = "methods",
                  .description = "The methods: parameters, equation, source",
                  .footer = "Example:\n  advctl methods --output json",
                  .flags = {{"--output", "FORM", &flags->output, "table (default) or json",
                             "Output", OneOf({"table", "json"})}},
                  .run = [flags] { RunMethods(*flags); }};
  AddServerFlags(flags->server, Places::kLocalOrServer, command.flags);
  return command;
}

}  // namespace advantaged::cli
