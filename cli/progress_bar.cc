#include "cli/progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "client/cpp/text.h"

namespace advantaged::cli {

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::Update(std::uint64_t bytes, std::uint64_t groups) {
  if (!shown_) return;
  std::string text = "\r\x1b[K";
  if (total_ && *total_ > 0) {
    constexpr std::uint64_t kWidth = 40;
    const std::uint64_t read = std::min(bytes, *total_);
    const std::uint64_t filled = read * kWidth / *total_;
    client::Append(
        text, client::Concat("[", std::string(filled, '#'), std::string(kWidth - filled, '.'), "] ",
                             read * 100 / *total_, " %  "));
  }
  client::Append(text, client::Concat(groups, " groups"));
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace advantaged::cli
