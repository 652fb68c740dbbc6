// What the HTTP port serves, besides JsonCalls and MetricsPage.
#ifndef ADVANTAGED_SERVER_PAGES_H_
#define ADVANTAGED_SERVER_PAGES_H_

#include <cstdint>
#include <vector>

#include "server/http/message.h"

namespace advantaged {

struct Probes;

//   /startupz, /readyz, /livez: 200 for yes, 503 for no; see Probes
//   /v1/methods, /v1/info: the answers of ListMethods and GetServerInfo, JSON
//
// `probes` must outlive the routes.
std::vector<http::Route> MakePages(const Probes& probes, std::uint32_t max_request_bytes);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_PAGES_H_
