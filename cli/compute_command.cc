#include <unistd.h>

#include <iostream>
#include <memory>

#include "advantaged/client/settings_line.h"
#include "base/names.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/compute/compute.h"
#include "cli/compute/stage_flag.h"
#include "cli/flags/method_flags.h"
#include "cli/flags/server_flags.h"
#include "cli/terminal/failure.h"
#include "client/cpp/grpc_status.h"

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
  std::string declared_small_group;
  bool shape_rewards = false;
  bool zero_unless_mixed = false;
  std::vector<std::string> stages;
  bool allow_recentering = false;
  std::vector<std::uint32_t> pass_at;
  std::string run;
  bool no_observe = false;
  std::string output;
  std::vector<std::string> files;
};

constexpr char kExample[] = R"(Input, one group a line; all keys but rewards are optional:
  {"rewards":[1,0,null],"group":"p7","outcomes":[1,0,0],"valid":[true,true,false],"lengths":[9,8,7]}
or one response a line, in any order; group is needed, and jsonl adds "advantage" to each line:
  {"reward":1,"group":"p7","outcome":1,"valid":true,"length":9}
With "response", an id, rows that share it are parts of one response, and a row whose reward is
null says nothing about it where another has one. true and false are 1 and 0.

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
      {"--method", "NAME", &flags.method,
       "Name of the method: see advctl methods; or a line\n"
       "of settings: 'grpo ddof=1 pass_at=4'",
       kMethod, Required()},
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
      {"--declared-small-group", "POLICY", &flags.declared_small_group,
       "For a group with fewer responses than expected, or\nthan the method needs: error "
       "(default), or\n"
       "computed where it can be, else zero, raw or clamp_k",
       kGroups, OneOf({"zero", "error", "raw", "clamp_k"})},

      {"file", "FILE", &flags.files, "Files with JSON lines; - or none is standard input", kFiles},
      {"--output", "FORM", &flags.output,
       "table or jsonl; default table on a terminal,\njsonl otherwise", kFiles,
       OneOf({"table", "jsonl"})},
      {"--pass-at", "K", &flags.pass_at, "K for which to report Pass@K, e.g. 1,4,8", kFiles},

      {"--run", "NAME", &flags.run, "Training run that the batch belongs to,\n[a-z0-9_-]{1,32}",
       kMetrics},
      {"--no-observe", "", &flags.no_observe,
       "Keep the batch out of what they show of training,\ne.g. of an evaluation", kMetrics},
  };
}

// The flags as words of a line of settings, so that one grammar reads all and a setting that is
// given twice is noticed.
std::vector<std::string> Words(const ComputeFlags& flags) {
  std::vector<std::string> words = flags.parameters;
  const auto add = [&](const char* name, const auto& value) {
    words.push_back(Concat(name, "=", value));
  };
  if (flags.success_threshold) add("success_threshold", *flags.success_threshold);
  if (flags.constant_tolerance) add("constant_tolerance", *flags.constant_tolerance);
  if (flags.expected_group_size) add("expected_group_size", *flags.expected_group_size);
  if (!flags.small_group.empty()) add("small_group", flags.small_group);
  if (!flags.declared_small_group.empty()) {
    add("declared_small_group", flags.declared_small_group);
  }
  if (flags.shape_rewards) add("shape_rewards", "true");
  if (flags.zero_unless_mixed) add("zero_unless_mixed", "true");
  if (flags.allow_recentering) add("allow_recentering", "true");
  if (!flags.pass_at.empty()) {
    std::vector<std::string> ks;
    for (const std::uint32_t k : flags.pass_at) ks.push_back(Concat(k));
    add("pass_at", JoinNames(ks));
  }
  if (!flags.run.empty()) add("run", flags.run);
  if (flags.no_observe) add("observe", "false");
  return words;
}

v1::ComputeAdvantagesRequest Settings(const ComputeFlags& flags) {
  absl::StatusOr<client::Settings> settings = client::ParseSettings(flags.method, Words(flags));
  if (!settings.ok()) throw Failure(ExitCode::kUsage, client::Message(settings.status()));
  if (settings->moments_only()) {
    throw Failure(ExitCode::kUsage, "moments_only (true): advctl prints advantages");
  }
  if (settings->stages_size() > 0 && !flags.stages.empty()) {
    throw Failure(ExitCode::kUsage, "--stage: the stages are given twice");
  }
  for (const std::string& stage : flags.stages) *settings->add_stages() = ParseStage(stage);
  settings->set_group_statistics(true);
  return *std::move(settings);
}

void RunCompute(const ComputeFlags& flags) {
  const bool table = flags.output.empty() ? isatty(STDOUT_FILENO) == 1 : flags.output == "table";
  ComputeJob job;
  job.settings = Settings(flags);
  // JSON lines on the terminal would be drawn over.
  job.show_progress = isatty(STDERR_FILENO) == 1 && (table || isatty(STDOUT_FILENO) == 0);

  InputFiles input(flags.files);
  if (input.has_standard_input() && isatty(STDIN_FILENO) == 1) {
    std::fputs("Reading JSON lines from the terminal; Ctrl-D ends them.\n", stderr);
  }
  std::ios::sync_with_stdio(false);
  const std::unique_ptr<Backend> backend = MakeBackend(flags.server);
  const std::unique_ptr<Output> output =
      table ? MakeTableOutput({job.settings.pass_at().begin(), job.settings.pass_at().end()})
            : MakeJsonlOutput();
  Compute(job, input, *backend, *output);
}

}  // namespace

Command ComputeCommand() {
  const auto flags = std::make_shared<ComputeFlags>();
  Command command{.name = "compute",
                  .description = "Advantages of groups of rewards",
                  .footer = kExample,
                  .flags = Flags(*flags),
                  .run = [flags] { RunCompute(*flags); }};
  AddServerFlags(flags->server, Places::kServerOrLocal, command.flags);
  return command;
}

}  // namespace advantaged::cli
