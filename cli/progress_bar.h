// How far a long command has come, on standard error if that is a terminal.
#ifndef ADVANTAGED_CLI_PROGRESS_BAR_H_
#define ADVANTAGED_CLI_PROGRESS_BAR_H_

#include <cstdint>
#include <optional>

namespace advantaged::cli {

// Draws one line over and over, and removes it when it goes out of scope, so that errors and
// results start on a clean line.
class ProgressBar {
 public:
  // `total` bytes to read, if known. Draws nothing where `shown` is false.
  ProgressBar(std::optional<std::uint64_t> total, bool shown) : total_(total), shown_(shown) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Update(std::uint64_t bytes, std::uint64_t groups);

 private:
  std::optional<std::uint64_t> total_;
  bool shown_;
  bool drawn_ = false;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_PROGRESS_BAR_H_
