#include "server/guard/control_group.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "base/text.h"

namespace advantaged {
namespace {

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

// The least limit in `file` of `folder` and of the groups above it, up to `root`.
std::uint64_t LeastLimit(const std::filesystem::path& root, std::filesystem::path folder,
                         const char* file) {
  std::uint64_t least = kNone;
  for (;; folder = folder.parent_path()) {
    std::uint64_t limit = 0;  // "max" is no number
    if (std::ifstream(root / folder.relative_path() / file) >> limit) {
      least = std::min(least, limit);
    }
    if (!folder.has_relative_path()) return least;
  }
}

}  // namespace

std::uint64_t ControlGroupLimit(const std::filesystem::path& groups,
                                const std::filesystem::path& root) {
  std::uint64_t least = kNone;
  std::ifstream lines(groups);  // "4:memory:/a/b"; version 2: "0::/a/b"
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = Concat(",", line.substr(first + 1, second - first - 1), ",");
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") {
      least = std::min(least, LeastLimit(root, path, "memory.max"));
    } else if (controllers.find(",memory,") != std::string::npos) {
      least = std::min(least, LeastLimit(root / "memory", path, "memory.limit_in_bytes"));
    }
  }
  // Version 1 says "none" with the largest number of pages.
  return least > kNone / 4 ? 0 : least;
}

}  // namespace advantaged
