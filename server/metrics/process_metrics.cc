#include "server/metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace advantaged {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void Add(std::vector<MetricFamily>& families, const char* name, const char* help, MetricType type,
         double value) {
  prometheus::ClientMetric metric;
  (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  MetricFamily& family = families.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
  family.metric.push_back(std::move(metric));
}

// The fields of /proc/self/stat after the program's name, which may contain anything: field i of
// proc(5) is entry i − 3.
std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  return {std::istream_iterator<std::string>(rest), {}};
}

// Unix time at which the kernel started, in seconds.
double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string key; file >> key; file.ignore(1U << 20, '\n')) {
    double seconds = 0;
    if (key == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

void AddStat(std::vector<MetricFamily>& families) {
  const std::vector<std::string> fields = StatFields();
  if (fields.size() < 22) return;  // up to field 24
  const auto field = [&](std::size_t number) { return std::stod(fields[number - 3]); };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  Add(families, "process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter,
      (field(14) + field(15)) / ticks);
  Add(families, "process_start_time_seconds", "Unix time at which the process started.",
      MetricType::Gauge, BootTime() + field(22) / ticks);
  Add(families, "process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge, field(23));
  Add(families, "process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
      field(24) * page);
}

void AddFiles(std::vector<MetricFamily>& families) {
  std::error_code problem;
  double open = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", problem), end;
       !problem && entry != end; entry.increment(problem)) {
    ++open;
  }
  // The listing itself holds one.
  if (!problem) {
    Add(families, "process_open_fds", "Open file descriptors.", MetricType::Gauge, open - 1);
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    Add(families, "process_max_fds", "Most file descriptors the process may open.",
        MetricType::Gauge, static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
  std::vector<MetricFamily> families;
  AddStat(families);
  AddFiles(families);
  return families;
}

}  // namespace advantaged
