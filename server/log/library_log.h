// Where the messages of gRPC and protobuf go. By default they write them to standard error
// themselves, and wait if nobody reads that.
#ifndef ADVANTAGED_SERVER_LOG_LIBRARY_LOG_H_
#define ADVANTAGED_SERVER_LOG_LIBRARY_LOG_H_

namespace advantaged {

// To spdlog's default logger. How much gRPC says is its own setting (GRPC_VERBOSITY). What protobuf
// cannot read is the sender's mistake: a line of level debug. Call while nothing else runs.
void ForwardLibraryLogs();
// Nowhere.
void SilenceLibraryLogs();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_LIBRARY_LOG_H_
