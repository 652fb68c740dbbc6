#include "server/guard/unaccounted_bytes.h"

#include <algorithm>

namespace advantaged {
namespace {

// What comes with a message or a call and is none of it: headers, frames, records of TLS, windows.
// What of this is not used is no credit for later bytes.
constexpr std::uint64_t kBesideCall = 1 << 10;
constexpr std::uint64_t kBesideMessage = 1 << 8;
constexpr std::uint64_t kBytesForOneMore = 16;

}  // namespace

std::uint64_t UnaccountedBytes::Update(std::uint64_t received, const CallTotals& totals) {
  // Without an open call nothing was held. What was then unaccounted has gone: a message whose
  // caller gave it up.
  if (totals.rests != totals_.rests) bytes_ = 0;
  const std::uint64_t message_bytes = totals.message_bytes - totals_.message_bytes;
  const std::uint64_t accounted = message_bytes + message_bytes / kBytesForOneMore +
                                  kBesideMessage * (totals.messages - totals_.messages) +
                                  kBesideCall * (totals.calls - totals_.calls);
  bytes_ += received - received_;
  bytes_ -= std::min(bytes_, accounted);
  received_ = received;
  totals_ = totals;
  return bytes_;
}

}  // namespace advantaged
