// Where the messages of gRPC and protobuf go. By default they write them to standard error
// themselves, and wait if nobody reads that.
#ifndef ADVANTAGED_SERVER_LOG_LIBRARY_LOG_H_
#define ADVANTAGED_SERVER_LOG_LIBRARY_LOG_H_

#include <cstdint>

namespace advantaged {

// To spdlog's default logger, at most ten lines a second of each, unless debug lines are logged,
// and at most 512 bytes of each line. How much gRPC says is its own setting (GRPC_VERBOSITY). What
// protobuf cannot read is the sender's mistake: a line of level debug. Call while nothing else
// runs.
void ForwardLibraryLogs();
// Nowhere.
void SilenceLibraryLogs();
// Lines that were too many, since the start of the process. Any thread.
std::uint64_t LibraryLinesLimited();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_LIBRARY_LOG_H_
