#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/flags/server_flags.h"
#include "cli/terminal/json_text.h"
#include "cli/terminal/standard_output.h"
#include "cli/terminal/text_table.h"

namespace advantaged::cli {
namespace {

struct PingFlags {
  ServerFlags server;
  std::string output = "text";
};

void RunPing(const PingFlags& flags) {
  constexpr int kRounds = 20;
  const std::unique_ptr<Backend> backend = MakeBackend(flags.server);
  // The first call connects as well, so it is not measured.
  const auto info = backend->GetServerInfo();
  ThrowUnlessAnswered(info.status(), *backend);
  std::vector<double> milliseconds;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    ThrowUnlessAnswered(backend->GetServerInfo().status(), *backend);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    milliseconds.push_back(took.count());
  }
  std::ranges::sort(milliseconds);
  if (flags.output == "json") {
    return WriteOut(Concat(
        R"({"server":)", JsonQuoted(backend->name()), R"(,"version":)", JsonQuoted(info->version()),
        R"(,"rounds":)", kRounds, R"(,"round_trip_ms":{"median":)", milliseconds[kRounds / 2],
        R"(,"min":)", milliseconds.front(), R"(,"max":)", milliseconds.back(), "}}\n"));
  }
  WriteOut(Concat("advantaged ", info->version(), " at ", backend->name(), ": round trip ",
                  Rounded(milliseconds[kRounds / 2], 3), " ms (median of ", kRounds, "; ",
                  Rounded(milliseconds.front(), 3), " to ", Rounded(milliseconds.back(), 3),
                  ")\n"));
}

}  // namespace

Command PingCommand() {
  const auto flags = std::make_shared<PingFlags>();
  Command command{.name = "ping",
                  .description = "Whether a server answers, and how fast",
                  .footer = "Example:\n  advctl ping --server unix:/run/advantaged.sock",
                  .flags = {{"--output", "FORM", &flags->output, "text (default) or json", "Output",
                             OneOf({"text", "json"})}},
                  .run = [flags] { RunPing(*flags); }};
  AddServerFlags(flags->server, Places::kServer, command.flags);
  return command;
}

}  // namespace advantaged::cli
