#include "server/pages.h"

#include "server/metrics/metrics.h"
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

}  // namespace

std::vector<http::Route> MakePages(const Metrics& metrics, const Probes& probes,
                                   std::string version) {
  return {
      {.path = "/metrics",
       .handle =
           [&metrics](const http::Request&, const Reply& reply) {
             reply({.content_type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = metrics.Page()});
           }},
      Probe(
          "/startupz", [&] { return probes.started.load(); }, "started\n", "not started\n"),
      Probe(
          "/readyz", [&] { return probes.ready.load(); }, "ready\n",
          "not ready: starting or shutting down\n"),
      Probe(
          "/livez", [&] { return probes.alive(); }, "alive\n", "stuck\n"),
      {.path = "/version",
       .handle =
           [version = std::move(version)](const http::Request&, const Reply& reply) {
             reply({.content_type = "application/json", .body = version});
           }},
  };
}

}  // namespace advantaged
