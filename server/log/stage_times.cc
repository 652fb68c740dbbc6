#include "server/log/stage_times.h"

#include <spdlog/fmt/fmt.h>

namespace advantaged {

std::string ServerTiming(const StageTimes& times) {
  return fmt::format("queue;dur={:.3f}, decode;dur={:.3f}, compute;dur={:.3f}, encode;dur={:.3f}",
                     times.queue_us / 1000, times.decode_us / 1000, times.compute_us / 1000,
                     times.encode_us / 1000);
}

}  // namespace advantaged
