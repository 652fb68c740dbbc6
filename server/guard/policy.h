// What is done while memory is short. No good client is shut down for its bytes or its calls while
// there is memory, for what gRPC buffers of a stream that is sent faster than its answers are read,
// and of calls whose deadlines pass, looks like a flood from outside (docs/adr/0026).
#ifndef ADVANTAGED_SERVER_GUARD_POLICY_H_
#define ADVANTAGED_SERVER_GUARD_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "server/connection_observer.h"

namespace advantaged {

// Bytes.
struct MemoryReading {
  std::uint64_t limit = 0;  // 0: none
  std::uint64_t resident = 0;
  // Whether none of it is free memory that the process keeps.
  bool is_exact = true;
  // What connections held that were shut down a moment ago, and may be resident still.
  std::uint64_t leaving = 0;
};

struct ConnectionReading {
  std::uint64_t unaccounted = 0;  // bytes, see UnaccountedBytes
  std::uint64_t calls = 0;        // open ones, see OpenCallsByPeer
  bool has_called = true;         // gRPC has told us of a call of it, at any time
};

struct Closing {
  std::size_t connection = 0;
  Closure why{};
  bool operator==(const Closing&) const = default;
};

// Short: above 70 % of the limit, new calls are refused. Critical: above 85 %, the connection that
// holds most is shut down.
enum class Shortage : std::uint8_t { kNone, kShort, kCritical };
Shortage HowShort(const MemoryReading& memory);

// Bytes that a connection holds and no message accounts for, about and rather too few.
std::uint64_t Weight(const ConnectionReading& connection);

// Calls that a connection may have open while memory is short, if its client was told of `streams`:
// others may have been on their way before it was, and those that are over count for a moment.
std::uint64_t MostOpenCalls(std::uint32_t streams);

// Which connections are shut down. While memory is short: each with more calls than that. While it
// is critical: each that holds memory and has never got so far as a call, and the one that holds
// most.
std::vector<Closing> Judge(const MemoryReading& memory,
                           std::span<const ConnectionReading> connections, std::uint32_t streams);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_POLICY_H_
