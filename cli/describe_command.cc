#include <memory>

#include "advantaged/v1/describe.pb.h"
#include "cli/commands.h"
#include "cli/describe/description.h"
#include "cli/flags/explain.h"
#include "cli/flags/method_flags.h"
#include "cli/flags/server_flags.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/json_text.h"
#include "cli/terminal/standard_output.h"

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

std::vector<Flag> Flags(DescribeFlags& flags) {
  return {
      {"method", "NAME", &flags.method, "Name of the method: see advctl methods", "", Required()},
      ParameterFlag(flags.parameters, ""),
      {"--n", "N", &flags.n, "Group size, up to 4096; default 16", ""},
      {"--points", "N", &flags.points, "Points of the curve, up to 4096; default 199", ""},
      {"--rho", "X", &flags.rho, "Or the points themselves, ascending in (0, 1),\ne.g. 0.1,0.5",
       ""},
      {"--output", "FORM", &flags.output, "table (default), json, csv or csv-table", "",
       OneOf({"table", "json", "csv", "csv-table"})},
  };
}

std::string Format(const v1::DescribeMethodResponse& description, const std::string& output) {
  if (output == "json") return MessageAsJson(description, JsonLayout::kOneLine);
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

Command DescribeCommand() {
  const auto flags = std::make_shared<DescribeFlags>();
  Command command{.name = "describe",
                  .description = "The surrogate reward that a method ascends",
                  .footer = kExample,
                  .flags = Flags(*flags),
                  .run = [flags] { RunDescribe(*flags); }};
  AddServerFlags(flags->server, Places::kServerOrLocal, command.flags);
  return command;
}

}  // namespace advantaged::cli
