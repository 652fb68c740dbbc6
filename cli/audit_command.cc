#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/terminal/failure.h"

namespace advantaged::cli {
namespace {

// Replaces this process by `python -m advantaged audit`: the audit stands beside trainers, in their
// language, and once is enough (ADR 0021).
void RunAudit(const std::vector<std::string>& arguments) {
  const char* const chosen = std::getenv("ADVANTAGED_PYTHON");
  std::vector<std::string> words = {chosen != nullptr ? chosen : "python3", "-m", "advantaged",
                                    "audit"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> command;
  for (std::string& word : words) command.push_back(word.data());
  command.push_back(nullptr);
  ::execvp(command.front(), command.data());
  throw Failure(
      ExitCode::kUsage,
      Concat("cannot run ", words.front(), ": ", std::strerror(errno),
             "; the audit is part of the Python package advantaged: pip install it, and set "
             "ADVANTAGED_PYTHON to the Python that has it"));
}

}  // namespace

Command AuditCommand() {
  const auto arguments = std::make_shared<std::vector<std::string>>();
  return {
      .name = "audit",
      .description =
          "What a trainer's advantages are, and where they are wrong (needs the Python package)",
      .footer =
          "All arguments go to `python3 -m advantaged audit`, and its exit code comes back;\n"
          "advctl audit FILE --help lists them.\n\n"
          "Example:\n  advctl audit rollouts.jsonl --method 'grpo ddof=1 epsilon=1e-6'",
      .flags = {},
      .run = [arguments] { RunAudit(*arguments); },
      .arguments = arguments.get()};
}

}  // namespace advantaged::cli
