#include "server/guard/policy.h"

#include <algorithm>

namespace advantaged {
namespace {

constexpr double kShortShare = 0.7;
constexpr double kCriticalShare = 0.85;
// Of the limit: for what leaves, no further connection is spared beyond one such part.
constexpr std::uint64_t kPartsThatLeave = 25;
// What gRPC needs for a call of which only the header has come.
constexpr std::uint64_t kCallBytes = 12 << 10;
// Who holds less does not fill the memory.
constexpr std::uint64_t kLeastWeight = 128 << 10;
constexpr std::uint64_t kCallsOnTheirWay = 1024;

bool IsAbove(double share, const MemoryReading& memory) {
  return static_cast<double>(memory.resident) > share * static_cast<double>(memory.limit);
}

}  // namespace

Shortage HowShort(const MemoryReading& memory) {
  if (memory.limit == 0 || !IsAbove(kShortShare, memory)) return Shortage::kNone;
  return IsAbove(kCriticalShare, memory) ? Shortage::kCritical : Shortage::kShort;
}

std::uint64_t Weight(const ConnectionReading& connection) {
  // Without a call it holds nothing: what is unaccounted was of calls that are over.
  return connection.calls == 0 ? 0 : connection.unaccounted + kCallBytes * connection.calls;
}

std::uint64_t MostOpenCalls(std::uint32_t streams) {
  return 2 * std::uint64_t{streams} + kCallsOnTheirWay;
}

std::vector<Closing> Judge(const MemoryReading& memory,
                           std::span<const ConnectionReading> connections, std::uint32_t streams) {
  std::vector<Closing> closings;
  const Shortage shortage = HowShort(memory);
  if (shortage == Shortage::kNone) return closings;
  const bool is_critical = shortage == Shortage::kCritical && memory.is_exact;
  std::uint64_t most = kLeastWeight;
  std::size_t heaviest = connections.size();
  std::uint64_t leaving = memory.leaving;
  for (std::size_t i = 0; i < connections.size(); ++i) {
    const std::uint64_t weight = Weight(connections[i]);
    if (connections[i].calls > MostOpenCalls(streams)) {
      closings.push_back({i, Closure::kStreams});
      leaving += weight;
    } else if (is_critical && weight > kLeastWeight && !connections[i].has_called) {
      closings.push_back({i, Closure::kMemory});
      leaving += weight;
    } else if (weight > most) {
      most = weight;
      heaviest = i;
    }
  }
  MemoryReading left = memory;
  left.resident -= std::min({leaving, memory.limit / kPartsThatLeave, memory.resident});
  if (is_critical && heaviest < connections.size() && HowShort(left) == Shortage::kCritical) {
    closings.push_back({heaviest, Closure::kMemory});
  }
  return closings;
}

}  // namespace advantaged
