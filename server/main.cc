// advantaged: the daemon. Finds out what it is told, then serves.

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "server/config/configuration.h"
#include "server/daemon.h"
#include "server/log/log.h"
#include "server/memory.h"

namespace advantaged {
namespace {

constexpr int kStartupError = 1;
constexpr int kUsageError = 2;

void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Main(int argc, const char* const* argv) {
  Errors errors;
  const CommandLine line = ReadCommandLine(argc, argv, std::cout, errors);
  if (line.answered) return 0;
  const Environment environment = ReadEnvironment(environ);
  errors.insert(errors.end(), environment.errors.begin(), environment.errors.end());
  const ConfigurationSource source(line, environment);
  Configuration configuration = source.Load(errors);
  if (!errors.empty()) {
    for (const std::string& error : errors) std::cerr << error << '\n';
    std::cerr << "Run with --help for more information.\n";
    return kUsageError;
  }
  Log log(configuration.options().log_format);
  log.SetLevel(configuration.options().log_level);
  for (const std::string& warning : environment.warnings) spdlog::warn("{}", warning);
  if (line.print_config || line.check_config) {
    std::cout << (line.print_config ? configuration.ToFile() : "configuration is good\n");
    return 0;
  }
  return Daemon(source, std::move(configuration), log).Run() ? 0 : kStartupError;
}

}  // namespace
}  // namespace advantaged

int main(int argc, char** argv) {
  // A reader of the log that went away must not end the server.
  std::signal(SIGPIPE, SIG_IGN);
  advantaged::KeepFreedMemory();
  advantaged::RaiseFileLimit();
  return advantaged::Main(argc, argv);
}
