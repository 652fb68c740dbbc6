// What is running, for GetServerInfo, the page /v1/info and the metric advantaged_build_info.
#ifndef ADVANTAGED_SERVER_GRPC_VERSION_H_
#define ADVANTAGED_SERVER_GRPC_VERSION_H_

#include <cstdint>
#include <map>
#include <string>

namespace advantaged {

namespace v1 {
class GetServerInfoResponse;
}

// The answer of GetServerInfo. `max_request_bytes`: the limit the service enforces.
v1::GetServerInfoResponse ServerInfo(std::uint32_t max_request_bytes);
// What names the build, as metric labels.
std::map<std::string, std::string> BuildLabels();

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_VERSION_H_
