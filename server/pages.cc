#include "server/pages.h"

#include "server/metrics/metrics.h"

namespace advantaged {

using http::Reply;
using http::Response;

std::vector<http::Route> MakePages(const Metrics& metrics, const std::atomic<bool>& ready,
                                   std::string version) {
  return {
      {.path = "/metrics",
       .handle =
           [&metrics](const http::Request&, const Reply& reply) {
             reply({.content_type = "text/plain; version=0.0.4; charset=utf-8",
                    .body = metrics.Page()});
           }},
      {.path = "/livez",
       .handle = [](const http::Request&, const Reply& reply) { reply({.body = "alive\n"}); }},
      {.path = "/readyz",
       .handle =
           [&ready](const http::Request&, const Reply& reply) {
             reply(ready ? Response{.body = "ready\n"}
                         : Response{.code = http::status::service_unavailable,
                                    .body = "not ready: starting or shutting down\n"});
           }},
      {.path = "/version",
       .handle =
           [version = std::move(version)](const http::Request&, const Reply& reply) {
             reply({.content_type = "application/json", .body = version});
           }},
  };
}

}  // namespace advantaged
