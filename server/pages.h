// What the HTTP port serves.
#ifndef ADVANTAGED_SERVER_PAGES_H_
#define ADVANTAGED_SERVER_PAGES_H_

#include <string>
#include <vector>

#include "server/http/message.h"

namespace advantaged {

class Metrics;
struct Probes;

//   /metrics   Prometheus text format
//   /startupz, /readyz, /livez: 200 for yes, 503 for no; see Probes
//   /version   `version`, JSON
//
// `metrics` and `probes` must outlive the routes.
std::vector<http::Route> MakePages(const Metrics& metrics, const Probes& probes,
                                   std::string version);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_PAGES_H_
