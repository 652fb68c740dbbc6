#include "server/grpc/version.h"

#include <grpcpp/grpcpp.h>

#include "advantaged/v1/catalog.pb.h"
#include "server/codec/handler.h"

namespace advantaged {

v1::GetServerInfoResponse ServerInfo(std::uint32_t max_request_bytes) {
  v1::GetServerInfoResponse info;
  HandleGetServerInfo(max_request_bytes, info);
  // The handler knows no transport.
  info.set_grpc_version(grpc::Version());
  return info;
}

std::map<std::string, std::string> BuildLabels() {
  const v1::GetServerInfoResponse info = ServerInfo(0);
  return {{"version", info.version()},
          {"numerics_version", std::to_string(info.numerics_version())},
          {"instruction_set", info.instruction_set()},
          {"grpc", info.grpc_version()},
          {"protobuf", info.protobuf_version()}};
}

}  // namespace advantaged
