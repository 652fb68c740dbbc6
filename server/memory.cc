#include "server/memory.h"

#include <malloc.h>

#include <limits>

namespace advantaged {

void KeepFreedMemory() {
  constexpr int kNever = std::numeric_limits<int>::max();
  // Fails where GNU_LIBC tunables or another malloc rule; then their user has decided.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, kNever);
  mallopt(M_TOP_PAD, 64 << 20);
}

void ReturnFreeMemory() { malloc_trim(0); }

}  // namespace advantaged
