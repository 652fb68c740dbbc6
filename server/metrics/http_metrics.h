// What the HTTP port does.
#ifndef ADVANTAGED_SERVER_METRICS_HTTP_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_HTTP_METRICS_H_

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "server/http/server.h"
#include "server/metrics/families.h"
#include "server/metrics/load_metrics.h"

namespace advantaged {

// Label values, in the order of http::Drop without its first: that one is a limit with a flag, and
// counted among the rejections.
inline constexpr std::array<std::string_view, 3> kHttpDrops = {"bytes", "slow_request",
                                                               "slow_reader"};

// Every child exists from the start: each path with each code that the port answers with.
class HttpMetrics final : public http::Observer {
 public:
  // `registry` and `load` must outlive the metrics.
  HttpMetrics(prometheus::Registry& registry, LoadMetrics& load);

  void OnConnections(std::size_t open) override { connections_.Set(static_cast<double>(open)); }
  void OnHeld(std::size_t bytes) override { held_.Set(static_cast<double>(bytes)); }
  void OnDropped(http::Drop reason) override;
  void OnRequest(std::string_view route) override;
  void OnAnswer(std::string_view route, http::status code) override;

 private:
  struct Path {
    prometheus::Counter* started = nullptr;
    std::map<unsigned, prometheus::Counter*> answered;  // by code
  };

  Path& Find(std::string_view route);

  LoadMetrics& load_;
  prometheus::Gauge& connections_;
  prometheus::Gauge& held_;
  std::array<prometheus::Counter*, kHttpDrops.size()> dropped_{};
  std::map<std::string, Path, std::less<>> paths_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_HTTP_METRICS_H_
