#include <CLI/CLI.hpp>
#include <memory>

#include "advantaged/v1/describe.pb.h"
#include "cli/commands.h"
#include "cli/description.h"
#include "cli/explain.h"
#include "cli/failure.h"
#include "cli/method_flags.h"
#include "cli/output.h"
#include "cli/server_flags.h"

namespace advantaged::cli {
namespace {

struct DescribeFlags {
  ServerFlags server;
  std::string method;
  std::vector<std::string> parameters;
  std::optional<std::uint32_t> n;
  std::optional<std::uint32_t> points;
  std::vector<double> rho;
  std::string output = "table";
};

constexpr char kExample[] = R"(Output:
  table      for people: formula, picture, table over c (up to n = 32), some points
  json       the reply of the service: everything, on one line
  csv        the curve: a line for each rho, with the names of json
  csv-table  the table: a line for each c = 0 .. n

Example:
  advctl describe pass_at_k_grpo -p k=4 --n 16 --local)";

void AddFlags(CLI::App& command, DescribeFlags& flags) {
  command.add_option("method", flags.method, "Name of the method: see advctl methods")
      ->type_name("NAME")
      ->required();
  AddParameterFlag(command, flags.parameters);
  command.add_option("--n", flags.n, "Group size, up to 4096; default 16")->type_name("N");
  command.add_option("--points", flags.points, "Points of the curve, up to 4096; default 199")
      ->type_name("N");
  command
      .add_option("--rho", flags.rho,
                  "Or the points themselves, ascending in (0, 1),\ne.g. 0.1,0.5")
      ->type_name("X")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--output", flags.output, "table (default), json, csv or csv-table")
      ->type_name("FORM")
      ->check(CLI::IsMember({"table", "json", "csv", "csv-table"}).description(""));
}

std::string Format(const v1::DescribeMethodResponse& description, const std::string& output) {
  if (output == "json") return DescriptionAsJson(description);
  if (output == "csv") return ColumnsAsCsv(description.curve());
  if (output == "csv-table") return ColumnsAsCsv(description.table());
  return DescriptionAsText(description);
}

void RunDescribe(const DescribeFlags& flags) {
  v1::DescribeMethodRequest request;
  *request.mutable_method() = ReadMethod(flags.method, flags.parameters);
  if (flags.n) request.set_n(*flags.n);
  if (flags.points) request.set_points(*flags.points);
  request.mutable_rho()->Add(flags.rho.begin(), flags.rho.end());
  const std::unique_ptr<Backend> backend = MakeBackend(flags.server);
  const auto description = backend->Describe(request);
  ThrowUnlessAnswered(description.status(), *backend);
  if (!description.ok()) throw Failure(ExitCode::kRefused, Explain(description.status()));
  WriteOut(Format(*description, flags.output));
}

}  // namespace

void AddDescribeCommand(CLI::App& program) {
  auto* command = program.add_subcommand("describe", "The surrogate reward that a method ascends");
  command->footer(kExample);
  const auto flags = std::make_shared<DescribeFlags>();
  AddFlags(*command, *flags);
  AddServerFlags(*command, flags->server, true);
  command->callback([flags] { RunDescribe(*flags); });
}

}  // namespace advantaged::cli
