// AdvantageService over gRPC's callback API: admits a call, hands its message to the handler, ends
// it.
//
// gRPC owns the messages of a call and gives them back when the call is done, so they can come from
// a pool (SetMessageAllocatorFor_ComputeAdvantages) without a change here.
#ifndef ADVANTAGED_SERVER_SERVICE_H_
#define ADVANTAGED_SERVER_SERVICE_H_

#include <cstdint>
#include <memory>

namespace grpc {
class Service;
}

namespace advantaged {

class Metrics;

struct ServiceOptions {
  // Largest request in bytes of the serialized message; a larger one is RESOURCE_EXHAUSTED and
  // tells clients not to retry.
  std::uint32_t max_request_bytes;
};

// `metrics` must outlive the service. The service may be called from any number of threads; it
// computes on the thread that calls it.
std::unique_ptr<grpc::Service> MakeAdvantageService(const ServiceOptions& options,
                                                    Metrics& metrics);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_SERVICE_H_
