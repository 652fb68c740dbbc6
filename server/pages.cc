#include "server/pages.h"

#include "advantaged/v1/catalog.pb.h"
#include "server/codec/handler.h"
#include "server/grpc/version.h"
#include "server/json/codec.h"
#include "server/probes.h"

namespace advantaged {
namespace {

using http::Reply;
using http::Response;

// A page that answers yes or no.
http::Route Probe(const char* path, std::function<bool()> ask, const char* yes, const char* no) {
  return {.path = path, .handle = [ask = std::move(ask), yes, no](const auto&, const Reply& reply) {
            reply(ask() ? Response{.body = yes}
                        : Response{.code = http::status::service_unavailable, .body = no});
          }};
}

http::Route JsonPage(const char* path, const google::protobuf::Message& message) {
  return {
      .path = path,
      .handle = [json = http::Body(PrintJson(message) + '\n')](const auto&, const Reply& reply) {
        reply({.content_type = "application/json", .body = json});
      }};
}

}  // namespace

std::vector<http::Route> MakePages(const Probes& probes, std::uint32_t max_request_bytes) {
  v1::ListMethodsResponse methods;
  HandleListMethods(methods);
  return {
      Probe(
          "/startupz", [&] { return probes.started.load(); }, "started\n", "not started\n"),
      Probe(
          "/readyz", [&] { return probes.ready.load(); }, "ready\n",
          "not ready: starting or shutting down\n"),
      Probe(
          "/livez", [&] { return probes.alive(); }, "alive\n", "stuck\n"),
      JsonPage("/v1/methods", methods),
      JsonPage("/v1/info", ServerInfo(max_request_bytes)),
  };
}

}  // namespace advantaged
