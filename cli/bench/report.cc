#include "cli/bench/report.h"

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/terminal/text_table.h"

namespace advantaged::cli {
namespace {

using Json = nlohmann::ordered_json;

Json RowAsJson(const BenchRow& row) {
  return {{"responses", row.responses},
          {"request_bytes", row.request_bytes},
          {"reply_bytes", row.reply_bytes},
          {"calls", row.calls},
          {"errors", row.errors},
          {"unstarted", row.unstarted},
          {"seconds", row.seconds},
          {"calls_per_second", row.calls_per_second()},
          {"responses_per_second", row.responses_per_second()},
          {"latency_us",
           {{"mean", row.latency.mean},
            {"p50", row.latency.p50},
            {"p90", row.latency.p90},
            {"p99", row.latency.p99},
            {"p999", row.latency.p999},
            {"max", row.latency.max}}}};
}

// A line for each kind of failure, "" if there was none.
std::string Failures(const BenchRow& row) {
  std::string text;
  for (const auto& [code, calls] : row.errors) {
    Append(text, Concat(row.responses, " responses: ", calls, " calls ended with ", code, "\n"));
  }
  if (!row.errors.empty()) Append(text, Concat("  the first: ", row.first_error, "\n"));
  if (row.unstarted > 0) {
    Append(text, Concat(row.responses, " responses: ", row.unstarted,
                        " calls were due and not started: too many waited\n"));
  }
  return text;
}

}  // namespace

std::string AsJson(const BenchReport& report) {
  Json json = Json::object();
  for (const auto& [name, value] : report.settings) json[name] = value;
  json["group_size"] = report.group_size;
  json["clients"] = report.clients;
  if (report.rate) json["rate"] = *report.rate;
  json["rows"] = Json::array();
  for (const BenchRow& row : report.rows) json["rows"].push_back(RowAsJson(row));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string AsTable(const BenchReport& report) {
  std::string text;
  for (const auto& [name, value] : report.settings) Append(text, Concat(name, " ", value, ", "));
  Append(text, Concat("groups of ", report.group_size, ", ", report.clients,
                      report.clients == 1 ? " client" : " clients"));
  if (report.rate) Append(text, Concat(", ", Rounded(*report.rate), " calls/s wanted"));
  TextTable table;
  for (const char* title : {"responses", "calls", "calls/s", "responses/s", "p50 us", "p90 us",
                            "p99 us", "p99.9 us", "max us"}) {
    table.AddColumn(title, TextTable::Align::kRight);
  }
  std::string failures;
  for (const BenchRow& row : report.rows) {
    const Latencies& us = row.latency;
    table.AddRow({Concat(row.responses), Concat(row.calls), Rounded(row.calls_per_second()),
                  Rounded(row.responses_per_second()), Rounded(us.p50), Rounded(us.p90),
                  Rounded(us.p99), Rounded(us.p999), Rounded(us.max)});
    Append(failures, Failures(row));
  }
  return Concat(text, "\n\n", table.Format(), failures);
}

std::string CodeName(int code) {
  constexpr std::array kNames = {"OK",
                                 "CANCELLED",
                                 "UNKNOWN",
                                 "INVALID_ARGUMENT",
                                 "DEADLINE_EXCEEDED",
                                 "NOT_FOUND",
                                 "ALREADY_EXISTS",
                                 "PERMISSION_DENIED",
                                 "RESOURCE_EXHAUSTED",
                                 "FAILED_PRECONDITION",
                                 "ABORTED",
                                 "OUT_OF_RANGE",
                                 "UNIMPLEMENTED",
                                 "INTERNAL",
                                 "UNAVAILABLE",
                                 "DATA_LOSS",
                                 "UNAUTHENTICATED"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : Concat("code ", code);
}

}  // namespace advantaged::cli
