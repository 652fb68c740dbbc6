#include <algorithm>
#include <memory>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/doctor/checks.h"
#include "cli/doctor/environment.h"
#include "cli/flags/server_flags.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/standard_output.h"

namespace advantaged::cli {
namespace {

constexpr char kHelp[] = R"(Looks, one after the other, at
  proxy         whether a proxy of the environment would catch calls to the server
  socket        of a Unix socket: existence, kind, permission
  connection    whether a server answers, and whether it is this one
  health        what it says of itself
  versions      of advctl, of the server, of their numerics
  limits        what it accepts
  golden batch  whether it computes advantages that are known to the bit
and says of each failure what to do.

Exit codes: 0 all is well, 1 something is wrong with the server, 2 wrong usage, 3 no server
answered.

Example:
  advctl doctor --server unix:/run/advantaged.sock)";

constexpr std::string_view kUnix = "unix:";

// Those that need a server, until one of them fails.
void AskServer(const ServerFlags& flags, std::vector<Finding>& findings) {
  client::ClientOptions options = OptionsOf(flags);
  // One that is not serving is to be asked, too.
  options.check_health = false;
  client::Client client(AddressOf(flags), options);
  v1::GetServerInfoResponse info;
  const bool no_socket = findings.back().verdict == Verdict::kUnreachable;
  findings.push_back(CheckConnection(client, info));
  if (findings.back().verdict != Verdict::kOk) {
    if (no_socket) findings.back().remedy.clear();  // it has been told
    for (const char* check : {"health", "versions", "limits", "golden batch"}) {
      findings.push_back({check, Verdict::kSkipped, "nobody to ask"});
    }
    return;
  }
  findings.push_back(CheckHealth(client));
  findings.push_back(CheckVersions(info, *MakeLocalBackend()->GetServerInfo()));
  findings.push_back(CheckLimits(info));
  findings.push_back(CheckGoldenBatch(client, info));
}

void RunDoctor(const ServerFlags& flags) {
  CheckAddress(flags);
  const std::string address = AddressOf(flags);
  std::vector<Finding> findings = {CheckProxy(address)};
  if (address.starts_with(kUnix)) {
    findings.push_back(CheckSocket(address.substr(kUnix.size())));
  }
  AskServer(flags, findings);
  WriteOut(Concat("server ", address, "\n\n", FindingsAsText(findings)));

  std::string failed;
  bool unreachable = false;
  for (const Finding& finding : findings) {
    const bool no_answer = finding.verdict == Verdict::kUnreachable;
    if (!no_answer && finding.verdict != Verdict::kWrong) continue;
    Append(failed, Concat(failed.empty() ? "" : ", ", finding.check));
    unreachable = unreachable || no_answer;
  }
  if (failed.empty()) return;
  throw Failure(unreachable ? ExitCode::kUnreachable : ExitCode::kRefused,
                Concat("failed: ", failed));
}

}  // namespace

Command DoctorCommand() {
  const auto flags = std::make_shared<ServerFlags>();
  Command command{.name = "doctor",
                  .description = "What keeps this machine from using a server, and remedies",
                  .footer = kHelp,
                  .flags = {},
                  .run = [flags] { RunDoctor(*flags); }};
  AddServerFlags(*flags, Places::kServer, command.flags);
  return command;
}

}  // namespace advantaged::cli
