#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "advantaged/v1/catalog.pb.h"
#include "cli/bench/load.h"
#include "cli/bench/report.h"
#include "cli/bench/sample_batch.h"
#include "cli/commands.h"
#include "cli/explain.h"
#include "cli/failure.h"
#include "cli/method_flags.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/server_flags.h"
#include "client/cpp/text.h"

namespace advantaged::cli {
namespace {

using client::Concat;

struct BenchFlags {
  ServerFlags server;
  std::string method = "grpo";
  std::vector<std::string> parameters;
  std::vector<std::uint32_t> responses = {64, 1024, 16384, 262144};
  std::uint32_t group_size = 8;
  std::string rewards = "binary";
  std::string form = "bytes";
  std::string reply = "bytes";
  std::uint32_t clients = 1;
  std::string loop = "closed";
  double rate = 0;
  double warm_up = 0.5;
  double seconds = 3;
  std::uint32_t seed = 1;
  bool no_check = false;
  std::string output = "table";
};

constexpr char kHelp[] = R"(Loops:
  closed  each client sends its next call when the last one has come back
  open    calls start at --rate, whether or not others have come back; a call's
          time runs from when it was due, so a server that stalls is seen to

Calls are made with observe=false and do not show in the server's metrics of
batches. Percentiles are exact: all times are kept.

Example:
  advctl bench --responses 256,16384 --clients 4 --seconds 5)";

constexpr char kLoad[] = "Load";
constexpr char kBatch[] = "Batch";

void AddBatchFlags(CLI::App& command, BenchFlags& flags) {
  command.add_option("--method", flags.method, "See advctl methods; default grpo")
      ->type_name("NAME")
      ->group(kBatch);
  AddParameterFlag(command, flags.parameters)->group(kBatch);
  command
      .add_option("--responses", flags.responses,
                  "Of a batch; several sizes are measured one after\nthe other; default "
                  "64,1024,16384,262144")
      ->type_name("N,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(1U, 16777216U).description(""))
      ->group(kBatch);
  command.add_option("--group-size", flags.group_size, "Responses of a group; default 8")
      ->type_name("N")
      ->check(CLI::Range(1U, 16777216U).description(""))
      ->group(kBatch);
  const auto choice = [&](const char* name, std::string& value, const char* help,
                          const std::vector<std::string>& values) {
    command.add_option(name, value, help)
        ->type_name("NAME")
        ->check(CLI::IsMember(values).description(""))
        ->group(kBatch);
  };
  choice("--rewards", flags.rewards, "binary (default), or real", {"binary", "real"});
  choice("--form", flags.form, "Rewards as bytes (default), floats or bits",
         {"bytes", "floats", "bits"});
  choice("--reply", flags.reply, "Advantages as bytes (default), floats or per-group",
         {"bytes", "floats", "per-group"});
  command.add_option("--seed", flags.seed, "Of the rewards; default 1")
      ->type_name("N")
      ->group(kBatch);
}

void AddLoadFlags(CLI::App& command, BenchFlags& flags) {
  command.add_option("--clients", flags.clients, "Connections; default 1")
      ->type_name("N")
      ->check(CLI::Range(1U, 4096U).description(""))
      ->group(kLoad);
  command.add_option("--loop", flags.loop, "closed (default) or open")
      ->type_name("NAME")
      ->check(CLI::IsMember({"closed", "open"}).description(""))
      ->group(kLoad);
  command.add_option("--rate", flags.rate, "Calls a second of an open loop, all clients together")
      ->type_name("CALLS")
      ->check(CLI::Range(0.001, 1e6).description(""))
      ->group(kLoad);
  command.add_option("--warm-up", flags.warm_up, "Not measured, before each size; default 0.5")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 3600.0).description(""))
      ->group(kLoad);
  command.add_option("--seconds", flags.seconds, "Measured, for each size; default 3")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, 86400.0).description(""))
      ->group(kLoad);
  command
      .add_flag("--no-check", flags.no_check,
                "Do not look at the first answer: for servers that\nonly echo")
      ->group(kLoad);
  command.add_option("--output", flags.output, "table (default) or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({"table", "json"}).description(""));
}

void CheckFlags(const BenchFlags& flags) {
  const auto refuse = [](const std::string& message) { throw Failure(ExitCode::kUsage, message); };
  for (const std::uint32_t responses : flags.responses) {
    if (responses % flags.group_size == 0) continue;
    refuse(Concat("--group-size: ", flags.group_size, " does not divide --responses ", responses));
  }
  if (flags.form == "bits" && flags.rewards != "binary") {
    refuse("--form: bits are for --rewards binary");
  }
  if (flags.loop == "open" && flags.rate == 0) refuse("--loop: open needs --rate");
  if (flags.loop != "open" && flags.rate != 0) refuse("--rate: only for --loop open");
}

SampleBatch BatchOf(const BenchFlags& flags, std::uint32_t responses) {
  using Form = SampleBatch::Form;
  using Reply = SampleBatch::Reply;
  return {.responses = responses,
          .group_size = flags.group_size,
          .binary = flags.rewards == "binary",
          .form = flags.form == "bits"     ? Form::kBits
                  : flags.form == "floats" ? Form::kFloats
                                           : Form::kBytes,
          .reply = flags.reply == "per-group" ? Reply::kPerGroup
                   : flags.reply == "floats"  ? Reply::kFloats
                                              : Reply::kBytes,
          .seed = flags.seed};
}

LoadOptions LoadOf(const BenchFlags& flags) {
  const auto time = [](double seconds) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(seconds));
  };
  const client::ClientOptions server = OptionsOf(flags.server);
  LoadOptions options{.address = flags.server.address, .clients = flags.clients, .rate = {}};
  options.tls = server.tls;
  if (flags.rate != 0) options.rate = flags.rate;
  options.warm_up = time(flags.warm_up);
  options.measured = time(flags.seconds);
  options.timeout = server.deadline;
  return options;
}

// The size of the answer, after a look at it.
std::size_t FirstCall(Load& load, const SampleBatch& batch, const BenchFlags& flags,
                      const Backend& backend) {
  std::string bytes;
  const absl::Status status = load.Once(bytes);
  ThrowUnlessAnswered(status, backend);
  if (!status.ok()) throw Failure(ExitCode::kRefused, Explain(status));
  if (flags.no_check) return bytes.size();
  v1::ComputeAdvantagesResponse answer;
  const std::string fault =
      answer.ParseFromString(bytes) ? CheckAnswer(batch, answer) : "answers with another message";
  if (!fault.empty()) throw Failure(ExitCode::kRefused, Concat(backend.name(), ": ", fault));
  return bytes.size();
}

BenchRow Measure(const BenchFlags& flags, std::uint32_t responses, const v1::MethodSpec& method,
                 const Backend& backend) {
  const SampleBatch batch = BatchOf(flags, responses);
  const std::string request = MakeRequest(batch, method).SerializeAsString();
  Load load(LoadOf(flags), request);
  BenchRow row;
  row.responses = responses;
  row.request_bytes = request.size();
  row.reply_bytes = FirstCall(load, batch, flags, backend);
  ProgressBar progress(1000, isatty(STDERR_FILENO) != 0);
  LoadResult result = load.Run([&](double share) {
    progress.Update(static_cast<std::uint64_t>(1000 * share), Concat(responses, " responses"));
  });
  row.calls = result.nanoseconds.size();
  for (const auto& [code, calls] : result.errors) row.errors[CodeName(code)] = calls;
  row.first_error = result.first_error;
  row.unstarted = result.unstarted;
  row.seconds = result.seconds;
  row.latency = Summarize(std::move(result.nanoseconds));
  return row;
}

void RunBench(const BenchFlags& flags) {
  CheckFlags(flags);
  const v1::MethodSpec method = ReadMethod(flags.method, flags.parameters);
  const std::unique_ptr<Backend> backend = MakeBackend(flags.server);
  BenchReport report;
  report.settings = {{"server", backend->name()}, {"method", flags.method},
                     {"rewards", flags.rewards},  {"form", flags.form},
                     {"reply", flags.reply},      {"loop", flags.loop}};
  report.group_size = flags.group_size;
  report.clients = flags.clients;
  if (flags.rate != 0) report.rate = flags.rate;
  for (const std::uint32_t responses : flags.responses) {
    report.rows.push_back(Measure(flags, responses, method, *backend));
  }
  WriteOut(flags.output == "json" ? AsJson(report) : AsTable(report));
  for (const BenchRow& row : report.rows) {
    if (row.errors.empty()) continue;
    throw Failure(ExitCode::kRefused, Concat("not all calls were answered; ", row.first_error));
  }
}

}  // namespace

void AddBenchCommand(CLI::App& program) {
  auto* command = program.add_subcommand("bench", "How fast a server is: latency and throughput");
  command->footer(kHelp);
  const auto flags = std::make_shared<BenchFlags>();
  AddBatchFlags(*command, *flags);
  AddLoadFlags(*command, *flags);
  AddServerFlags(*command, flags->server, false);
  command->callback([flags] { RunBench(*flags); });
}

}  // namespace advantaged::cli
