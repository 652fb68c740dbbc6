#include "server/log/access_log.h"

#include <spdlog/logger.h>

#include <cmath>
#include <new>
#include <nlohmann/json.hpp>

#include "base/code_names.h"

namespace advantaged {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestText = 128;
constexpr int kOk = 0;  // the canonical code

// Tenths are what the clock is good for.
double Tenths(double microseconds) { return std::round(microseconds * 10) / 10; }

void Set(Json& line, const char* name, std::string_view text) {
  if (!text.empty()) line[name] = text.substr(0, kLongestText);
}

void Set(Json& line, const char* name, const std::optional<std::uint64_t>& number) {
  if (number) line[name] = *number;
}

Json ToJson(int code, std::uint64_t skipped, const AccessRecord& record) {
  Json line;
  Set(line, "transport", record.transport);
  Set(line, "rpc", record.rpc);
  line["code"] = kCodeNames[static_cast<std::size_t>(code)];
  Set(line, "items", record.items);
  Set(line, "item", record.item);
  Set(line, "method", record.method);
  Set(line, "run", record.run);
  Set(line, "peer", record.peer);
  Set(line, "groups", record.groups);
  Set(line, "responses", record.responses);
  Set(line, "request_bytes", record.request_bytes);
  Set(line, "response_bytes", record.response_bytes);
  if (record.stages) {
    line["queue_us"] = Tenths(record.stages->queue_us);
    line["decode_us"] = Tenths(record.stages->decode_us);
    line["compute_us"] = Tenths(record.stages->compute_us);
    line["encode_us"] = Tenths(record.stages->encode_us);
  }
  line["total_us"] = Tenths(record.total_us);
  Set(line, "traceparent", record.traceparent);
  if (skipped > 0) line["skipped"] = skipped;
  return line;
}

}  // namespace

void AccessLog::Write(int code, const std::function<void(AccessRecord&)>& describe,
                      Clock::time_point now) {
  const std::uint32_t lines = lines_per_second_;
  if (lines == 0 || !logger_->should_log(spdlog::level::info)) return;
  const bool all = logger_->should_log(spdlog::level::debug);
  LineBudget& budget = code == kOk ? good_ : bad_;
  std::uint64_t skipped = 0;
  if (!budget.Take(all ? LineBudget::kUnlimited : lines, now, skipped)) return;
  try {
    AccessRecord record;
    describe(record);
    const std::string object =
        ToJson(code, skipped, record)
            .dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
    // Without the braces: the log's format adds its own members.
    logger_->info("{}", std::string_view(object).substr(1, object.size() - 2));
  } catch (const std::bad_alloc&) {
    budget.GiveUp(skipped);  // the call has its answer
  }
}

}  // namespace advantaged
