// Where the header of a request ends, and whether its lines are lines: what must be known before a
// parser sees them.
#ifndef ADVANTAGED_SERVER_HTTP_HEADER_LINES_H_
#define ADVANTAGED_SERVER_HTTP_HEADER_LINES_H_

#include <cstddef>
#include <string_view>

namespace advantaged::http {

// Finds faults at once, not when the header is whole: a client that ends its lines with LF alone
// would otherwise wait for its answer until it has waited too long.
class HeaderLines {
 public:
  enum class Found {
    kMore,      // it goes on
    kWhole,     // here is its end
    kTooLarge,  // in bytes or in lines
    kFault,     // see fault()
  };
  // A header with more fields is too large: each costs a parser more than its bytes.
  static constexpr std::size_t kMaxFields = 128;

  explicit HeaderLines(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // `received`: all bytes from its start on, as far as they have arrived. Looks at no byte more
  // than twice.
  Found Scan(std::string_view received);

  // Whether anything but empty lines, which may stand in front, has arrived.
  bool started() const { return started_; }
  // Of the empty lines in front of a whole header.
  std::size_t start() const { return start_; }
  // Where a whole header ends.
  std::size_t end() const { return line_; }
  // For people.
  const char* fault() const { return fault_; }

 private:
  Found Fault(const char* what);
  // A line without its end.
  Found LookAtLine(std::string_view line);

  const std::size_t max_bytes_;
  std::size_t start_ = 0;
  std::size_t line_ = 0;  // where the line that is not whole begins
  std::size_t seen_ = 0;
  std::size_t lines_ = 0;
  bool started_ = false;
  const char* fault_ = "";
};

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_HEADER_LINES_H_
