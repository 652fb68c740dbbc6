#include "server/metrics/http_metrics.h"

#include <array>

namespace advantaged {
namespace {

// The paths of the routes (server/pages.cc); every other is "other".
constexpr std::array kPaths = {"/metrics",    "/startupz",    "/readyz",     "/livez",
                               "/v1/compute", "/v1/describe", "/v1/methods", "/v1/info"};
constexpr const char* kOtherPath = "other";
constexpr std::array kCodes = {200U, 400U, 404U, 405U, 411U, 413U, 415U,
                               417U, 429U, 431U, 499U, 500U, 503U, 504U};

}  // namespace

HttpMetrics::HttpMetrics(prometheus::Registry& registry)
    : connections_(
          GaugeFamily(registry, "advantaged_http_connections", "Open connections of the HTTP port.")
              .Add({})) {
  auto& requests = CounterFamily(registry, "advantaged_http_requests_total",
                                 "Requests answered on the HTTP port, by path and status code.");
  const auto add = [&](const char* path) {
    for (const unsigned code : kCodes) {
      requests_[path][code] = &requests.Add({{"path", path}, {"code", std::to_string(code)}});
    }
  };
  for (const char* path : kPaths) add(path);
  add(kOtherPath);
}

void HttpMetrics::OnAnswer(std::string_view route, http::status code) {
  auto path = requests_.find(route);
  if (path == requests_.end()) path = requests_.find(kOtherPath);
  const auto counter = path->second.find(static_cast<unsigned>(code));
  if (counter != path->second.end()) counter->second->Increment();
}

}  // namespace advantaged
