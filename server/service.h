// AdvantageService over gRPC: which call does what. A call that carries one message counts from
// that message on.
#ifndef ADVANTAGED_SERVER_SERVICE_H_
#define ADVANTAGED_SERVER_SERVICE_H_

#include <functional>
#include <map>
#include <string>

#include "server/rpc/wire.h"

namespace advantaged {

class AccessLog;
class ComputeBackend;
class MessagePool;
class OpenStreams;
class Metrics;

// Starts a call of each path, "/package.Service/Method". Any thread.
using Routes = std::map<std::string, std::function<void(Wire&)>, std::less<>>;

// The same for a call of one message: `start` is called once it has been read.
std::function<void(Wire&)> AfterMessage(std::function<void(Wire&)> start);

// What they refer to must outlive the calls.
Routes MakeAdvantageService(ComputeBackend& backend, Metrics& metrics, AccessLog& access_log,
                            MessagePool& messages, OpenStreams& streams);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_SERVICE_H_
