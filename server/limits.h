// What the server takes before it refuses. Each member is a setting: server/config/settings.cc.
#ifndef ADVANTAGED_SERVER_LIMITS_H_
#define ADVANTAGED_SERVER_LIMITS_H_

#include <cstdint>
#include <optional>

namespace advantaged {

// Of calls that compute from their arrival until their answer has been sent.
struct AdmissionLimits {
  std::uint32_t calls = 1024;
  std::uint64_t bytes = 1U << 30;  // of requests and the answers to them
  double connection_share = 0.5;   // of both, for one connection; in (0, 1]
};

struct ComputePoolLimits {
  std::uint32_t threads = 0;         // 0: one for each CPU
  std::uint32_t queued_calls = 256;  // 0: a call that finds no free thread is refused
};

struct ComputeLimits {
  // Of a serialized request, or of a JSON body. A larger one is refused for good. Enough for 2^24
  // real rewards (64 MiB) with both masks (4 MiB), in groups of one size.
  std::uint32_t max_request_bytes = 72U << 20;
  // Of the names and values of a call's metadata. gRPC's own limit stands above it.
  std::uint32_t max_metadata_bytes = 8192;
  // A call with at most this many responses is computed by the network thread that brought it:
  // handing it over would take longer. A response that takes more than a look at its reward counts
  // as kEffortOfThought (server/handler.h). Not if its method evaluates formulas, or if it carries
  // much besides the responses.
  std::uint32_t inline_responses = 16384;
  // That the process may have, in bytes; 0: no limit, none: that of its control group.
  std::optional<std::uint64_t> max_memory;
  AdmissionLimits admission;
  ComputePoolLimits pool;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LIMITS_H_
