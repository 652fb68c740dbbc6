#include <unistd.h>

#include <memory>

#include "advantaged/v1/catalog.pb.h"
#include "base/text.h"
#include "cli/bench/load.h"
#include "cli/bench/report.h"
#include "cli/bench/sample_batch.h"
#include "cli/commands.h"
#include "cli/flags/explain.h"
#include "cli/flags/method_flags.h"
#include "cli/flags/server_flags.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/progress_bar.h"
#include "cli/terminal/standard_output.h"

namespace advantaged::cli {
namespace {

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

std::vector<Flag> Flags(BenchFlags& flags) {
  constexpr double kMostResponses = 16777216;
  return {
      {"--method", "NAME", &flags.method, "See advctl methods; default grpo", kBatch},
      ParameterFlag(flags.parameters, kBatch),
      {"--responses", "N,...", &flags.responses,
       "Of a batch; several sizes are measured one after\nthe other; default "
       "64,1024,16384,262144",
       kBatch, Between(1, kMostResponses)},
      {"--group-size", "N", &flags.group_size, "Responses of a group; default 8", kBatch,
       Between(1, kMostResponses)},
      {"--rewards", "NAME", &flags.rewards, "binary (default), or real", kBatch,
       OneOf({"binary", "real"})},
      {"--form", "NAME", &flags.form, "Rewards as bytes (default), floats or bits", kBatch,
       OneOf({"bytes", "floats", "bits"})},
      {"--reply", "NAME", &flags.reply, "Advantages as bytes (default), floats or per-group",
       kBatch, OneOf({"bytes", "floats", "per-group"})},
      {"--seed", "N", &flags.seed, "Of the rewards; default 1", kBatch},

      {"--clients", "N", &flags.clients, "Connections; default 1", kLoad, Between(1, 4096)},
      {"--loop", "NAME", &flags.loop, "closed (default) or open", kLoad, OneOf({"closed", "open"})},
      {"--rate", "CALLS", &flags.rate, "Calls a second of an open loop, all clients together",
       kLoad, Between(0.001, 1e6)},
      {"--warm-up", "SECONDS", &flags.warm_up, "Not measured, before each size; default 0.5", kLoad,
       Between(0, 3600)},
      {"--seconds", "SECONDS", &flags.seconds, "Measured, for each size; default 3", kLoad,
       Between(0.001, 86400)},
      {"--no-check", "", &flags.no_check,
       "Do not look at the first answer: for servers that\nonly echo", kLoad},

      {"--output", "FORM", &flags.output, "table (default) or json", "", OneOf({"table", "json"})},
  };
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
  LoadOptions options{.address = AddressOf(flags.server), .clients = flags.clients, .rate = {}};
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

Command BenchCommand() {
  const auto flags = std::make_shared<BenchFlags>();
  Command command{.name = "bench",
                  .description = "How fast a server is: latency and throughput",
                  .footer = kHelp,
                  .flags = Flags(*flags),
                  .run = [flags] { RunBench(*flags); }};
  AddServerFlags(flags->server, Places::kServer, command.flags);
  return command;
}

}  // namespace advantaged::cli
