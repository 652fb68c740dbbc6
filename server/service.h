// AdvantageService over gRPC's callback API: admits a call, hands its message to the backend, ends
// it.
//
// gRPC owns the messages of a call and gives them back when the call is done, those of
// ComputeAdvantages to a pool; items of streams take theirs from it themselves.
#ifndef ADVANTAGED_SERVER_SERVICE_H_
#define ADVANTAGED_SERVER_SERVICE_H_

#include <memory>

namespace grpc {
class Service;
}

namespace advantaged {

class AccessLog;
class ComputeBackend;
class MessagePool;
class OpenStreams;
class Metrics;

// What it refers to must outlive the service. It may be called from any number of threads.
std::unique_ptr<grpc::Service> MakeAdvantageService(ComputeBackend& backend, Metrics& metrics,
                                                    AccessLog& access_log, MessagePool& messages,
                                                    OpenStreams& streams);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_SERVICE_H_
