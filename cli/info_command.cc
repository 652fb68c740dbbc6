#include <memory>

#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/flags/server_flags.h"
#include "cli/terminal/json_text.h"
#include "cli/terminal/standard_output.h"

namespace advantaged::cli {
namespace {

struct InfoFlags {
  ServerFlags server;
  std::string output = "table";
};

void RunInfo(const InfoFlags& flags) {
  const std::unique_ptr<Backend> backend = MakeBackend(flags.server);
  const auto answer = backend->GetServerInfo();
  ThrowUnlessAnswered(answer.status(), *backend);
  const v1::GetServerInfoResponse& info = *answer;
  if (flags.output == "json") return WriteOut(MessageAsJson(info, JsonLayout::kOneLine));
  std::string text;
  const auto add = [&](const std::string& name, const auto& value) {
    Append(text, Concat(name, std::string(20 - name.size(), ' '), value, "\n"));
  };
  add("server", backend->name());
  add("version", info.version());
  add("numerics version", info.numerics_version());
  add("instruction set", info.instruction_set());
  if (info.max_request_bytes() > 0) add("max request bytes", info.max_request_bytes());
  add("max responses", info.max_responses());
  add("max group size", info.max_group_size());
  if (!info.grpc_version().empty()) add("gRPC", info.grpc_version());
  add("protobuf", info.protobuf_version());
  WriteOut(text);
}

}  // namespace

Command InfoCommand() {
  const auto flags = std::make_shared<InfoFlags>();
  Command command{.name = "info",
                  .description = "Version, numerics and limits of a server",
                  .footer = "Example:\n  advctl info --local",
                  .flags = {{"--output", "FORM", &flags->output,
                             "table (default), or json: the reply of the service, on\none line",
                             "Output", OneOf({"table", "json"})}},
                  .run = [flags] { RunInfo(*flags); }};
  AddServerFlags(flags->server, Places::kServerOrLocal, command.flags);
  return command;
}

}  // namespace advantaged::cli
