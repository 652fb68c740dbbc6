#include <CLI/CLI.hpp>
#include <memory>

#include "advantaged/v1/catalog.pb.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/server_flags.h"
#include "client/cpp/text.h"

namespace advantaged::cli {
namespace {

void RunInfo(const ServerFlags& flags) {
  const std::unique_ptr<Backend> backend = MakeBackend(flags);
  const auto answer = backend->GetServerInfo();
  ThrowUnlessAnswered(answer.status(), *backend);
  const v1::GetServerInfoResponse& info = *answer;
  std::string text;
  const auto add = [&](const std::string& name, const auto& value) {
    client::Append(text, client::Concat(name, std::string(20 - name.size(), ' '), value, "\n"));
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

void AddInfoCommand(CLI::App& program) {
  auto* command = program.add_subcommand("info", "Version, numerics and limits of a server");
  command->footer("Example:\n  advctl info --local");
  const auto flags = std::make_shared<ServerFlags>();
  AddServerFlags(*command, *flags, true);
  command->callback([flags] { RunInfo(*flags); });
}

}  // namespace advantaged::cli
