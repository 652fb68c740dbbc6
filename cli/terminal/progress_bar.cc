#include "cli/terminal/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "base/text.h"

namespace advantaged::cli {

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::Update(std::uint64_t done, const std::string& text) {
  if (!shown_) return;
  std::string line = "\r\x1b[K";
  if (total_ && *total_ > 0) {
    constexpr std::uint64_t kWidth = 40;
    const std::uint64_t part = std::min(done, *total_);
    const std::uint64_t filled = part * kWidth / *total_;
    Append(line, Concat("[", std::string(filled, '#'), std::string(kWidth - filled, '.'), "] ",
                        part * 100 / *total_, " %  "));
  }
  Append(line, text);
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace advantaged::cli
