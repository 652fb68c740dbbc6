// What `advctl bench` found, for programs and for people.
#ifndef ADVANTAGED_CLI_BENCH_REPORT_H_
#define ADVANTAGED_CLI_BENCH_REPORT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/bench/latencies.h"

namespace advantaged::cli {

// The calls of one size of batch.
struct BenchRow {
  std::uint32_t responses = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t reply_bytes = 0;
  std::uint64_t calls = 0;                      // answered
  std::map<std::string, std::uint64_t> errors;  // by the name of their code
  std::string first_error;
  std::uint64_t unstarted = 0;
  double seconds = 0;
  Latencies latency;

  double calls_per_second() const { return static_cast<double>(calls) / seconds; }
  double responses_per_second() const { return calls_per_second() * responses; }
};

struct BenchReport {
  // What was measured, e.g. {"server", "127.0.0.1:50051"}, as the flags say it; in this order.
  std::vector<std::pair<std::string, std::string>> settings;
  std::uint32_t group_size = 0;
  std::uint32_t clients = 0;
  std::optional<double> rate;  // calls a second, of an open loop
  std::vector<BenchRow> rows;
};

// One line.
std::string AsJson(const BenchReport& report);
std::string AsTable(const BenchReport& report);

// The canonical name of a status code, e.g. "RESOURCE_EXHAUSTED".
std::string CodeName(int code);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_BENCH_REPORT_H_
