#include "server/log/log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "server/log/descriptor_sink.h"
#include "server/log/library_log.h"

namespace advantaged {
namespace {

// A line in the queue takes about half a KiB.
constexpr std::size_t kQueuedLines = 2048;
constexpr std::chrono::milliseconds kLastWrites{1000};
constexpr std::string_view kAccess = "access";

bool IsAccess(const spdlog::details::log_msg& message) {
  return std::string_view(message.logger_name.data(), message.logger_name.size()) == kAccess;
}

void AppendTo(spdlog::memory_buf_t& line, std::string_view text) {
  line.append(text.data(), text.data() + text.size());
}

// The flag of both patterns below for what was logged.
class TextMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    const std::string_view payload(message.payload.data(), message.payload.size());
    if (!IsAccess(message)) return AppendTo(line, payload);
    AppendTo(line, "call {");
    AppendTo(line, payload);
    AppendTo(line, "}");
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<TextMessage>();
  }
};

class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& line) override {
    const std::string payload(message.payload.data(), message.payload.size());
    if (IsAccess(message)) {
      AppendTo(line, "\"message\":\"call\",");
      return AppendTo(line, payload);
    }
    AppendTo(line, "\"message\":");
    AppendTo(line, nlohmann::json(payload).dump(-1, ' ', /*ensure_ascii=*/true,
                                                nlohmann::json::error_handler_t::replace));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

std::unique_ptr<spdlog::formatter> MakeFormatter(bool json) {
  spdlog::pattern_formatter::custom_flags flags;
  if (json) {
    flags['*'] = std::make_unique<JsonMessage>();
    return std::make_unique<spdlog::pattern_formatter>(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%*})", spdlog::pattern_time_type::utc, "\n",
        std::move(flags));
  }
  flags['*'] = std::make_unique<TextMessage>();
  return std::make_unique<spdlog::pattern_formatter>(
      "%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %*", spdlog::pattern_time_type::local, "\n", std::move(flags));
}

std::shared_ptr<DescriptorSink> MakeSink(LogFormat format, int descriptor) {
  const bool terminal = isatty(descriptor) == 1;
  const bool json = format == LogFormat::kJson || (format == LogFormat::kAuto && !terminal);
  auto sink = std::make_shared<DescriptorSink>(descriptor, terminal && !json);
  sink->set_formatter(MakeFormatter(json));
  return sink;
}

// A thread inherits the mask of the one that makes it.
std::shared_ptr<spdlog::details::thread_pool> MakeWriter() {
  sigset_t all;
  sigset_t previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  auto writer = std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1);
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  return writer;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> MakeLogger(
    std::string_view name, const std::shared_ptr<DescriptorSink>& sink,
    const std::shared_ptr<spdlog::details::thread_pool>& writer) {
  return std::make_shared<spdlog::async_logger>(std::string(name), sink, writer,
                                                spdlog::async_overflow_policy::overrun_oldest);
}

}  // namespace

Log::Log(LogFormat format, int descriptor)
    : sink_(MakeSink(format, descriptor)),
      writer_(MakeWriter()),
      main_(MakeLogger("advantaged", sink_, writer_)),
      access_(MakeLogger(kAccess, sink_, writer_)) {
  spdlog::set_default_logger(main_);
  ForwardLibraryLogs();
}

Log::~Log() {
  SilenceLibraryLogs();
  main_->set_level(spdlog::level::off);
  access_->set_level(spdlog::level::off);
  sink_->Hurry(kLastWrites);
  writer_.reset();  // the queue first
}

void Log::SetLevel(LogLevel level) {
  main_->set_level(ToSpdlog(level));
  access_->set_level(ToSpdlog(level));
}

DroppedLines Log::dropped() const {
  return {.unread = writer_->overrun_counter(),
          .unwritten = sink_->lost(),
          .limited = LibraryLinesLimited()};
}

}  // namespace advantaged
