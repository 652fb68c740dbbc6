// AdvantageService over gRPC: which call does what. A call that carries one message counts from
// that message on.
#ifndef ADVANTAGED_SERVER_GRPC_SERVICE_H_
#define ADVANTAGED_SERVER_GRPC_SERVICE_H_

#include <functional>
#include <map>
#include <string>

#include "server/grpc/rpc/server_call.h"

namespace advantaged {

class AccessLog;
class ComputeBackend;
class MessagePool;
class OpenStreams;
class Metrics;

// Starts a call of each path, "/package.Service/Method". Any thread.
using Routes = std::map<std::string, std::function<void(ServerCall&)>, std::less<>>;

// The same for a call of one message: `start` is called once it has been read.
std::function<void(ServerCall&)> AfterMessage(std::function<void(ServerCall&)> start);

// What they refer to must outlive the calls.
Routes MakeAdvantageService(ComputeBackend& backend, Metrics& metrics, AccessLog& access_log,
                            MessagePool& messages, OpenStreams& streams);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_SERVICE_H_
