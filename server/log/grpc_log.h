// Where gRPC's own messages go. By default it writes them to standard error itself, and waits if
// nobody reads that.
#ifndef ADVANTAGED_SERVER_LOG_GRPC_LOG_H_
#define ADVANTAGED_SERVER_LOG_GRPC_LOG_H_

namespace advantaged {

// To spdlog's default logger. How much gRPC says is its own setting (GRPC_VERBOSITY).
void ForwardGrpcLog();
// Nowhere.
void SilenceGrpcLog();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_LOG_GRPC_LOG_H_
