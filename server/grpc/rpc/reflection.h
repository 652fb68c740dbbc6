// Server reflection (https://github.com/grpc/grpc/blob/master/doc/server-reflection.md), v1 and
// v1alpha: what services there are and what their messages look like, for tools such as grpcurl.
#ifndef ADVANTAGED_SERVER_GRPC_RPC_REFLECTION_H_
#define ADVANTAGED_SERVER_GRPC_RPC_REFLECTION_H_

#include <string>
#include <vector>

#include "server/grpc/rpc/server_call.h"

namespace advantaged {

// Answers one ServerReflectionInfo call, of either version: their messages are alike on the wire.
// `services` are those it lists; they must outlive the call.
void Reflect(ServerCall& server_call, const std::vector<std::string>& services);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_RPC_REFLECTION_H_
