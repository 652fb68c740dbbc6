#include "server/memory.h"

#include <malloc.h>

#include <limits>

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

}  // namespace advantaged
