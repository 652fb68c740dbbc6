// AdvantageService over gRPC's callback API: admits a call, hands its message to the backend, ends
// it.
//
// gRPC owns the messages of a call and gives them back when the call is done, so they can come from
// a pool (SetMessageAllocatorFor_ComputeAdvantages) without a change here.
#ifndef ADVANTAGED_SERVER_SERVICE_H_
#define ADVANTAGED_SERVER_SERVICE_H_

#include <memory>

namespace grpc {
class Service;
}

namespace advantaged {

class AccessLog;
class ComputeBackend;
class Metrics;

// What it refers to must outlive the service. It may be called from any number of threads.
std::unique_ptr<grpc::Service> MakeAdvantageService(ComputeBackend& backend, Metrics& metrics,
                                                    AccessLog& access_log);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_SERVICE_H_
