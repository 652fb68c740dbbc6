// How far a long command has come, on standard error if that is a terminal.
#ifndef ADVANTAGED_CLI_TERMINAL_PROGRESS_BAR_H_
#define ADVANTAGED_CLI_TERMINAL_PROGRESS_BAR_H_

#include <cstdint>
#include <optional>
#include <string>

namespace advantaged::cli {

// Draws one line over and over, and removes it when it goes out of scope, so that errors and
// results start on a clean line.
class ProgressBar {
 public:
  // How much there is to do, if known, e.g. bytes to read. Draws nothing where `shown` is false.
  ProgressBar(std::optional<std::uint64_t> total, bool shown) : total_(total), shown_(shown) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // What is done of the total, and in words.
  void Update(std::uint64_t done, const std::string& text);

 private:
  std::optional<std::uint64_t> total_;
  bool shown_;
  bool drawn_ = false;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_TERMINAL_PROGRESS_BAR_H_
