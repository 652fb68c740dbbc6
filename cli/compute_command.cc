#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/compute.h"
#include "cli/failure.h"
#include "cli/method_flags.h"
#include "cli/server_flags.h"
#include "cli/stage_flag.h"

namespace advantaged::cli {
namespace {

struct ComputeFlags {
  ServerFlags server;
  std::string method;
  std::vector<std::string> parameters;
  std::optional<double> success_threshold;
  std::optional<double> constant_tolerance;
  std::optional<std::uint32_t> expected_group_size;
  std::string small_group;
  bool shape_rewards = false;
  bool zero_unless_mixed = false;
  std::vector<std::string> stages;
  bool allow_recentering = false;
  std::vector<std::uint32_t> pass_at;
  std::string run;
  bool no_observe = false;
  std::string output;
  std::uint32_t max_call_responses = ComputeJob().max_call_responses;
  std::string file = "-";
};

constexpr char kExample[] = R"(Input, one group a line; all keys but rewards are optional:
  {"rewards":[1,0,null],"group":"p7","outcomes":[1,0,0],"valid":[true,true,false],"lengths":[9,8,7]}

Example:
  echo '{"rewards":[1,0,0,1]}' | advctl compute --method pass_at_k_grpo -p k=2 --pass-at 1,2

Exit codes: 0 done, 1 input refused, 2 wrong usage, 3 no server answered.)";

constexpr char kMethod[] = "Method";
constexpr char kStages[] = "Stages over the whole batch";
constexpr char kGroups[] = "Rewards and groups";
constexpr char kFiles[] = "Input and output";
constexpr char kMetrics[] = "Metrics of the server";

std::vector<Flag> Flags(ComputeFlags& flags) {
  return {
      {"--method", "NAME", &flags.method, "Name of the method: see advctl methods", kMethod,
       Required()},
      ParameterFlag(flags.parameters, kMethod),
      {"--shape-rewards", "", &flags.shape_rewards,
       "Factor from the outcomes, base advantage from the\nreal rewards", kMethod},
      {"--zero-unless-mixed", "", &flags.zero_unless_mixed,
       "0 for groups whose outcomes are all equal though\ntheir rewards vary", kMethod},

      {"--stage", "STAGE", &flags.stages,
       "center[,tokens], clip=LOW:HIGH or scale[,tokens]\n"
       "[,rewards][,ddof=1][,epsilon=X][,inside_root];\n"
       "repeatable, applied in this order",
       kStages},
      {"--allow-recentering", "", &flags.allow_recentering,
       "Center also after methods whose mean carries\nmeaning, such as pass_at_k_grpo", kStages},

      {"--success-threshold", "X", &flags.success_threshold,
       "A reward at or above this is a success", kGroups},
      {"--constant-tolerance", "X", &flags.constant_tolerance,
       "A group is constant if max - min is at most this;\ndefault 0", kGroups},
      {"--expected-group-size", "N", &flags.expected_group_size,
       "Refuse a group with any other number of responses", kGroups},
      {"--small-group", "POLICY", &flags.small_group,
       "For a group that masking leaves too small: zero\n(default), error, raw or clamp_k", kGroups,
       OneOf({"zero", "error", "raw", "clamp_k"})},

      {"file", "FILE", &flags.file, "File with JSON lines; - or none is standard input", kFiles},
      {"--output", "FORM", &flags.output,
       "table or jsonl; default table on a terminal,\njsonl otherwise", kFiles,
       OneOf({"table", "jsonl"})},
      {"--pass-at", "K", &flags.pass_at, "K for which to report Pass@K, e.g. 1,4,8", kFiles},
      {"--max-call-responses", "N", &flags.max_call_responses,
       "Send a large input in calls of at most this many\nresponses; changes no result; "
       "default 1048576",
       kFiles, Between(1, std::numeric_limits<std::uint32_t>::max())},

      {"--run", "NAME", &flags.run, "Training run that the batch belongs to,\n[a-z0-9_-]{1,32}",
       kMetrics},
      {"--no-observe", "", &flags.no_observe,
       "Keep the batch out of what they show of training,\ne.g. of an evaluation", kMetrics},
  };
}

v1::ComputeAdvantagesRequest Settings(const ComputeFlags& flags) {
  v1::ComputeAdvantagesRequest settings;
  *settings.mutable_method() = ReadMethod(flags.method, flags.parameters);
  if (flags.success_threshold) settings.set_success_threshold(*flags.success_threshold);
  if (flags.constant_tolerance) settings.set_constant_tolerance(*flags.constant_tolerance);
  if (flags.expected_group_size) settings.set_expected_group_size(*flags.expected_group_size);
  const std::pair<const char*, v1::SmallGroupPolicy> policies[] = {
      {"zero", v1::SMALL_GROUP_POLICY_ZERO},
      {"error", v1::SMALL_GROUP_POLICY_ERROR},
      {"raw", v1::SMALL_GROUP_POLICY_RAW},
      {"clamp_k", v1::SMALL_GROUP_POLICY_CLAMP_K}};
  for (const auto& [name, policy] : policies) {
    if (flags.small_group == name) settings.set_small_group(policy);
  }
  settings.set_shape_rewards(flags.shape_rewards);
  settings.set_zero_unless_mixed(flags.zero_unless_mixed);
  for (const std::string& stage : flags.stages) *settings.add_stages() = ParseStage(stage);
  settings.set_allow_recentering(flags.allow_recentering);
  settings.mutable_pass_at()->Add(flags.pass_at.begin(), flags.pass_at.end());
  settings.set_group_statistics(true);
  settings.set_run(flags.run);
  if (flags.no_observe) settings.set_observe(false);
  return settings;
}

void RunCompute(const ComputeFlags& flags) {
  const bool table = flags.output.empty() ? isatty(STDOUT_FILENO) == 1 : flags.output == "table";
  ComputeJob job;
  job.settings = Settings(flags);
  job.max_call_responses = flags.max_call_responses;
  // JSON lines on the terminal would be drawn over.
  job.show_progress = isatty(STDERR_FILENO) == 1 && (table || isatty(STDOUT_FILENO) == 0);

  std::ifstream file;
  if (flags.file != "-") {
    std::error_code error;
    if (std::filesystem::is_directory(flags.file, error)) {
      throw Failure(ExitCode::kRefused, Concat(flags.file, " is a folder"));
    }
    file.open(flags.file, std::ios::binary);
    if (!file) throw Failure(ExitCode::kRefused, Concat("cannot read ", flags.file));
    const std::uint64_t size = std::filesystem::file_size(flags.file, error);
    if (!error) job.input_bytes = size;
  } else if (isatty(STDIN_FILENO) == 1) {
    std::fputs("Reading JSON lines from the terminal; Ctrl-D ends them.\n", stderr);
  }
  std::ios::sync_with_stdio(false);
  const std::unique_ptr<Backend> backend = MakeBackend(flags.server);
  const std::unique_ptr<Output> output = table ? MakeTableOutput(flags.pass_at) : MakeJsonlOutput();
  Compute(job, flags.file == "-" ? std::cin : file, *backend, *output);
}

}  // namespace

Command ComputeCommand() {
  const auto flags = std::make_shared<ComputeFlags>();
  Command command{.name = "compute",
                  .description = "Advantages of groups of rewards",
                  .footer = kExample,
                  .flags = Flags(*flags),
                  .run = [flags] { RunCompute(*flags); }};
  AddServerFlags(flags->server, true, command.flags);
  return command;
}

}  // namespace advantaged::cli
