// Where the time of a call went, and how HTTP says it.
#ifndef ADVANTAGED_SERVER_LOG_STAGE_TIMES_H_
#define ADVANTAGED_SERVER_LOG_STAGE_TIMES_H_

#include <string>

namespace advantaged {

// Microseconds; 0 for a stage that the call did not reach.
struct StageTimes {
  double queue_us = 0;
  double decode_us = 0;
  double compute_us = 0;
  double encode_us = 0;
};

// A caller who sends this name with the value "1" gets its timings: metadata of gRPC, a header of
// HTTP.
inline constexpr char kWantTimings[] = "advantaged-timings";
// And this is the name under which they come back.
inline constexpr char kServerTiming[] = "server-timing";

// The value, in milliseconds (W3C Server Timing): "queue;dur=0.000, decode;dur=0.012, …".
std::string ServerTiming(const StageTimes& times);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_STAGE_TIMES_H_
