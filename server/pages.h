// What the HTTP port serves.
#ifndef ADVANTAGED_SERVER_PAGES_H_
#define ADVANTAGED_SERVER_PAGES_H_

#include <atomic>
#include <string>
#include <vector>

#include "server/http/message.h"

namespace advantaged {

class Metrics;

//   /metrics   Prometheus text format
//   /livez     200 while the process runs
//   /readyz    200 while `ready`, else 503
//   /version   `version`, JSON
//
// `metrics` and `ready` must outlive the routes.
std::vector<http::Route> MakePages(const Metrics& metrics, const std::atomic<bool>& ready,
                                   std::string version);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_PAGES_H_
