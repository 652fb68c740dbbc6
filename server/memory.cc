#include "server/memory.h"

#include <fcntl.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "server/file_descriptor.h"

namespace advantaged {

void KeepFreedMemory() {
  constexpr int kNever = std::numeric_limits<int>::max();
  // malloc_trim does not reach the ends of other arenas. Small blocks do not contend for this one,
  // threads have caches of them.
  mallopt(M_ARENA_MAX, 1);
  // Fails where GNU_LIBC tunables or another malloc rule; then their user has decided.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, kNever);
  mallopt(M_TOP_PAD, 64 << 20);
}

void ReturnFreeMemory() { malloc_trim(0); }

std::uint64_t ResidentMemory() {
  static const FileDescriptor file(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  const ssize_t size = pread(file.get(), text.data(), text.size(), 0);
  if (size <= 0) return 0;
  // "size resident shared …", in pages.
  const char* const end = text.data() + size;
  const char* const resident = std::find(static_cast<const char*>(text.data()), end, ' ') + 1;
  std::uint64_t pages = 0;
  if (resident < end) std::from_chars(resident, end, pages);
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace advantaged
