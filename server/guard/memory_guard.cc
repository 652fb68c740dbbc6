#include "server/guard/memory_guard.h"

#include "server/memory.h"

namespace advantaged {
namespace {

// Between two attempts to free, unless the process has grown by this part of the limit since.
constexpr std::chrono::milliseconds kFreeAgain{250};
constexpr std::chrono::milliseconds kFreeAgainIfCritical{20};
constexpr std::uint64_t kPartsOfLimit = 16;

}  // namespace

MemoryReading MemoryGuard::Look(std::chrono::steady_clock::time_point now) {
  MemoryReading reading{.limit = limit_, .resident = ResidentMemory(), .is_exact = false};
  const Shortage shortage = HowShort(reading);
  const auto rest = shortage == Shortage::kCritical ? kFreeAgainIfCritical : kFreeAgain;
  if (shortage != Shortage::kNone &&
      (now - freed_ >= rest || reading.resident > after_freeing_ + reading.limit / kPartsOfLimit)) {
    ReturnFreeMemory();
    freed_ = now;
    reading.resident = after_freeing_ = ResidentMemory();
    reading.is_exact = true;
  }
  shortage_ = HowShort(reading);
  return reading;
}

}  // namespace advantaged
