#include "cli/terminal/standard_output.h"

#include <cstdio>

#include "cli/terminal/failure.h"

namespace advantaged::cli {

void WriteOut(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return;
  }
  throw Failure(ExitCode::kRefused, "cannot write the output");
}

}  // namespace advantaged::cli
