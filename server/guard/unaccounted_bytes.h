// Bytes of one connection that belong to no message that has arrived: messages on their way, and
// what is no message.
#ifndef ADVANTAGED_SERVER_GUARD_UNACCOUNTED_BYTES_H_
#define ADVANTAGED_SERVER_GUARD_UNACCOUNTED_BYTES_H_

#include <cstdint>

#include "server/guard/connection_account.h"

namespace advantaged {

class UnaccountedBytes {
 public:
  // `received`: bytes that gRPC has read of the connection since it was opened. `totals` were read
  // before, so that no message is ahead of its bytes. Returns how many are unaccounted now.
  std::uint64_t Update(std::uint64_t received, const CallTotals& totals);

 private:
  std::uint64_t bytes_ = 0;
  std::uint64_t received_ = 0;
  CallTotals totals_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_UNACCOUNTED_BYTES_H_
