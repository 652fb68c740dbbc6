// The limit of memory that the process has from outside.
#ifndef ADVANTAGED_SERVER_GUARD_CONTROL_GROUP_H_
#define ADVANTAGED_SERVER_GUARD_CONTROL_GROUP_H_

#include <cstdint>
#include <filesystem>

namespace advantaged {

// Bytes: the least limit of the control groups of this process and of those above them, version 1
// or 2; 0 if there is none. `groups` has them, `root` is where they are mounted: in a container
// often the innermost one, whatever its path.
std::uint64_t ControlGroupLimit(const std::filesystem::path& groups = "/proc/self/cgroup",
                                const std::filesystem::path& root = "/sys/fs/cgroup");

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GUARD_CONTROL_GROUP_H_
