// How the process uses malloc.
#ifndef ADVANTAGED_SERVER_MEMORY_H_
#define ADVANTAGED_SERVER_MEMORY_H_

#include <cstdint>

namespace advantaged {

// Call before the first thread. From then on freed memory stays with the process, until
// ReturnFreeMemory: by default glibc maps large blocks for each call and unmaps them after it, and
// the kernel's page faults cost as much as the rest of a call of a megabyte. What the process keeps
// is what its busiest moment needed, which the limits on calls in flight bound.
void KeepFreedMemory();

// Gives what is free back to the system. Takes milliseconds; for idle times.
void ReturnFreeMemory();

// Bytes of the process that are in memory now.
std::uint64_t ResidentMemory();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_MEMORY_H_
