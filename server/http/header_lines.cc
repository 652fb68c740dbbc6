#include "server/http/header_lines.h"

#include <algorithm>

namespace advantaged::http {
namespace {

constexpr const char* kControl = "a control character";

bool IsControl(char letter) {
  return (letter >= '\0' && letter < ' ' && letter != '\t' && letter != '\r' && letter != '\n') ||
         letter == '\x7F';
}

}  // namespace

HeaderLines::Found HeaderLines::Fault(const char* what) {
  fault_ = what;
  return Found::kFault;
}

HeaderLines::Found HeaderLines::Scan(std::string_view received) {
  received = received.substr(0, max_bytes_);
  for (;;) {
    const std::size_t end = received.find('\n', std::max(seen_, line_));
    if (end == std::string_view::npos) break;
    const std::string_view line = received.substr(line_, end - line_);
    if (!line.ends_with('\r')) return Fault("a line ends with LF alone");
    line_ = end + 1;
    const Found found = LookAtLine(line.substr(0, line.size() - 1));
    if (found != Found::kMore) return found;
  }
  // Not HTTP at all, most likely: TLS, or another protocol that has no lines to wait for.
  const std::string_view rest = received.substr(std::max(seen_, line_));
  if (std::ranges::any_of(rest, IsControl)) return Fault(kControl);
  seen_ = received.size();
  started_ = started_ || (line_ < seen_ && received[line_] != '\r');
  return seen_ < max_bytes_ ? Found::kMore : Found::kTooLarge;
}

HeaderLines::Found HeaderLines::LookAtLine(std::string_view line) {
  if (line.empty()) {
    if (lines_ > 0) return Found::kWhole;
    start_ = line_;
    return Found::kMore;
  }
  started_ = true;
  if (std::ranges::any_of(line, IsControl)) return Fault(kControl);
  if (line.find('\r') != std::string_view::npos) return Fault("a line has a CR inside");
  if (line.front() == ' ' || line.front() == '\t') {
    return Fault("a line begins with white space: fields are not folded");
  }
  return ++lines_ > 1 + kMaxFields ? Found::kTooLarge : Found::kMore;
}

}  // namespace advantaged::http
