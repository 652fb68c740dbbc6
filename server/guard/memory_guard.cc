#include "server/guard/memory_guard.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "base/text.h"
#include "server/memory.h"

namespace advantaged {
namespace {

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
// Of a reading. Memory grows by some MiB in this time.
constexpr std::chrono::milliseconds kFresh{10};
// Between two attempts to free, unless the process has grown by this much since.
constexpr std::chrono::seconds kFreeAgain{1};
constexpr std::uint64_t kGrown = 64U << 20;

// The least limit in `file` of `folder` and of the groups above it.
std::uint64_t LeastLimit(const std::filesystem::path& root, std::filesystem::path folder,
                         const char* file) {
  std::uint64_t least = kNone;
  for (;; folder = folder.parent_path()) {
    std::uint64_t limit = 0;  // "max" is no number
    if (std::ifstream(root / folder.relative_path() / file) >> limit)
      least = std::min(least, limit);
    if (!folder.has_relative_path()) return least;
  }
}

}  // namespace

std::uint64_t ControlGroupLimit() {
  const std::filesystem::path root = "/sys/fs/cgroup";
  std::uint64_t least = kNone;
  std::ifstream groups("/proc/self/cgroup");  // "4:memory:/a/b"; version 2: "0::/a/b"
  for (std::string line; std::getline(groups, line);) {
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

MemoryGuard::MemoryGuard(std::uint64_t limit)
    : statm_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {
  SetLimit(limit);
}

void MemoryGuard::SetLimit(std::uint64_t limit) {
  if (limit == 0) limit = ControlGroupLimit();
  const std::lock_guard lock(mutex_);
  limit_ = limit;
}

std::uint64_t MemoryGuard::limit() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

std::uint64_t MemoryGuard::Resident() const {
  std::array<char, 128> text{};
  const ssize_t size = pread(statm_.get(), text.data(), text.size(), 0);
  if (size <= 0) return 0;
  // "size resident shared …", in pages.
  const char* const end = text.data() + size;
  const char* const resident = std::find(static_cast<const char*>(text.data()), end, ' ') + 1;
  std::uint64_t pages = 0;
  if (resident < end) std::from_chars(resident, end, pages);
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

MemoryGuard::Level MemoryGuard::LevelOf(std::uint64_t resident) const {
  const auto share = static_cast<double>(resident) / static_cast<double>(limit_);
  return share > kCriticalShare ? Level::kCritical
         : share > kHighShare   ? Level::kHigh
                                : Level::kLow;
}

MemoryGuard::Level MemoryGuard::Look() {
  const std::lock_guard lock(mutex_);
  if (limit_ == 0) return Level::kLow;
  const auto now = Clock::now();
  if (now - looked_ < kFresh) return level_;
  looked_ = now;
  std::uint64_t resident = Resident();
  level_ = LevelOf(resident);
  if (level_ != Level::kLow && (now - freed_ > kFreeAgain || resident > after_freeing_ + kGrown)) {
    ReturnFreeMemory();
    freed_ = now;
    resident = Resident();
    after_freeing_ = resident;
    level_ = LevelOf(resident);
  }
  return level_;
}

}  // namespace advantaged
