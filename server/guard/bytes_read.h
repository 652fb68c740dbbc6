// What has been read of a TCP connection, as the kernel counts it.
#ifndef ADVANTAGED_SERVER_GUARD_BYTES_READ_H_
#define ADVANTAGED_SERVER_GUARD_BYTES_READ_H_

#include <cstdint>
#include <optional>

namespace advantaged {

// Bytes since it was opened; those that wait in the kernel are not among them. None if `fd` is no
// TCP connection, or on Linux before 4.1, which does not count them.
std::optional<std::uint64_t> BytesRead(int fd);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_BYTES_READ_H_
