#include "server/log/library_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <string>
#include <string_view>

#include "base/text.h"
#include "server/log/line_budget.h"

namespace advantaged {
namespace {

spdlog::level::level_enum ToSpdlog(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return spdlog::level::debug;
    case GPR_LOG_SEVERITY_INFO:
      return spdlog::level::info;
    case GPR_LOG_SEVERITY_ERROR:
      break;
  }
  return spdlog::level::err;
}

// What they say is often a client's doing: a few lines in a second, and the beginning of each.
constexpr std::uint32_t kLinesPerSecond = 10;
constexpr std::size_t kLongest = 512;

class Library {
 public:
  explicit Library(const char* name) : name_(name) {}

  void Say(spdlog::level::level_enum level, std::string_view message) {
    if (!spdlog::should_log(level)) return;
    const bool all = spdlog::should_log(spdlog::level::debug);
    std::uint64_t skipped = 0;
    if (!budget_.Take(all ? LineBudget::kUnlimited : kLinesPerSecond, LineBudget::Clock::now(),
                      skipped)) {
      ++limited_;
      return;
    }
    std::string text = Concat(name_, ": ", message.substr(0, kLongest));
    if (message.size() > kLongest) Append(text, Concat(" (", message.size(), " bytes)"));
    if (skipped > 0) Append(text, Concat(" (", skipped, " lines before were skipped)"));
    spdlog::log(level, "{}", text);
  }

  std::uint64_t limited() const { return limited_; }

 private:
  const char* name_;
  LineBudget budget_;
  std::atomic<std::uint64_t> limited_ = 0;
};

// Their handlers are functions without an object. Never destroyed: threads of gRPC may outlive the
// end of main().
Library& Grpc() {
  static auto& library = *new Library("grpc");
  return library;
}
Library& Protobuf() {
  static auto& library = *new Library("protobuf");
  return library;
}

void LogProtobuf(google::protobuf::LogLevel level, const char*, int, const std::string& message) {
  const bool fatal = level == google::protobuf::LOGLEVEL_FATAL;
  Protobuf().Say(fatal ? spdlog::level::critical : spdlog::level::debug, message);
}

}  // namespace

std::uint64_t LibraryLinesLimited() { return Grpc().limited() + Protobuf().limited(); }

void ForwardLibraryLogs() {
  gpr_set_log_function(
      [](gpr_log_func_args* args) { Grpc().Say(ToSpdlog(args->severity), args->message); });
  google::protobuf::SetLogHandler(LogProtobuf);
}

void SilenceLibraryLogs() {
  gpr_set_log_function([](gpr_log_func_args*) {});
  google::protobuf::SetLogHandler(nullptr);
}

}  // namespace advantaged
