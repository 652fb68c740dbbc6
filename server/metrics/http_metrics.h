// What the HTTP port does.
#ifndef ADVANTAGED_SERVER_METRICS_HTTP_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_HTTP_METRICS_H_

#include <map>
#include <string>
#include <string_view>

#include "server/http/server.h"
#include "server/metrics/families.h"

namespace advantaged {

// Every child exists from the start: each path with each code that the port answers with.
class HttpMetrics final : public http::Observer {
 public:
  // `registry` must outlive the metrics.
  explicit HttpMetrics(prometheus::Registry& registry);

  void OnConnections(std::size_t open) override { connections_.Set(static_cast<double>(open)); }
  void OnAnswer(std::string_view route, http::status code) override;

 private:
  prometheus::Gauge& connections_;
  std::map<std::string, std::map<unsigned, prometheus::Counter*>, std::less<>> requests_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_HTTP_METRICS_H_
