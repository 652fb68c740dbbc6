#include "server/metrics/http_metrics.h"

namespace advantaged {
namespace {

// The paths of the routes (server/pages.cc); every other is "other".
constexpr std::array kPaths = {"/metrics",    "/startupz",    "/readyz",     "/livez",
                               "/v1/compute", "/v1/describe", "/v1/methods", "/v1/info"};
constexpr const char* kOtherPath = "other";

}  // namespace

HttpMetrics::HttpMetrics(prometheus::Registry& registry, LoadMetrics& load)
    : load_(load),
      connections_(
          GaugeFamily(registry, "advantaged_http_connections", "Open connections of the HTTP port.")
              .Add({})),
      held_(GaugeFamily(registry, "advantaged_http_held_bytes",
                        "Bytes of headers that have arrived in part and of pages that have not "
                        "left, over all connections of the HTTP port.")
                .Add({})) {
  auto& dropped = CounterFamily(registry, "advantaged_http_dropped_total",
                                "Connections of the HTTP port that were closed before their client "
                                "had its answer, by reason.");
  for (std::size_t i = 0; i < kHttpDrops.size(); ++i) {
    dropped_[i] = &dropped.Add({{"reason", std::string(kHttpDrops[i])}});
  }
  auto& started = CounterFamily(registry, "advantaged_http_requests_started_total",
                                "Requests whose header has arrived on the HTTP port, by path.");
  auto& requests = CounterFamily(registry, "advantaged_http_requests_total",
                                 "Requests ended on the HTTP port, by path and status code.");
  const auto add = [&](const char* path) {
    paths_[path].started = &started.Add({{"path", path}});
    for (const http::status status : http::kStatuses) {
      const auto code = static_cast<unsigned>(status);
      paths_[path].answered[code] = &requests.Add({{"path", path}, {"code", std::to_string(code)}});
    }
  };
  for (const char* path : kPaths) add(path);
  add(kOtherPath);
}

HttpMetrics::Path& HttpMetrics::Find(std::string_view route) {
  const auto path = paths_.find(route);
  return path == paths_.end() ? paths_.at(kOtherPath) : path->second;
}

void HttpMetrics::OnDropped(http::Drop reason) {
  if (reason == http::Drop::kConnections) return load_.Count(Rejection::kHttpConnections);
  dropped_[static_cast<std::size_t>(reason) - 1]->Increment();
}

void HttpMetrics::OnRequest(std::string_view route) { Find(route).started->Increment(); }

void HttpMetrics::OnAnswer(std::string_view route, http::status code) {
  const Path& path = Find(route);
  const auto counter = path.answered.find(static_cast<unsigned>(code));
  if (counter != path.answered.end()) counter->second->Increment();
}

}  // namespace advantaged
