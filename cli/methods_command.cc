#include <CLI/CLI.hpp>
#include <memory>

#include "advantaged/v1/catalog.pb.h"
#include "cli/commands.h"
#include "cli/method_listing.h"
#include "cli/output.h"
#include "cli/server_flags.h"

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
    WriteOut(MethodsAsJson(methods));
  } else {
    WriteOut(flags.output == "markdown" ? MethodsAsMarkdown(methods) : MethodsAsText(methods));
  }
}

}  // namespace

void AddMethodsCommand(CLI::App& program) {
  auto* command = program.add_subcommand("methods", "The methods: parameters, equation, source");
  command->footer("Example:\n  advctl methods --local --output markdown");
  const auto flags = std::make_shared<MethodsFlags>();
  command->add_option("--output", flags->output, "table (default), json or markdown")
      ->type_name("FORM")
      ->check(CLI::IsMember({"table", "json", "markdown"}).description(""))
      ->group("Output");
  AddServerFlags(*command, flags->server, true);
  command->callback([flags] { RunMethods(*flags); });
}

}  // namespace advantaged::cli
