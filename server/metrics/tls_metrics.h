// What becomes of TLS handshakes, and until when certificates count.
#ifndef ADVANTAGED_SERVER_METRICS_TLS_METRICS_H_
#define ADVANTAGED_SERVER_METRICS_TLS_METRICS_H_

#include <array>
#include <cstddef>
#include <ctime>

#include "server/metrics/families.h"

namespace advantaged {

// What a finished handshake came to.
enum class Handshake : std::size_t {
  kAccepted,
  kNoCertificate,   // the client has none, and one is wanted
  kUntrusted,       // no authority of ours signed it, or not for clients
  kExpired,         // or it does not count yet
  kNameNotAllowed,  // no name of it is on the list
};
// As its label.
const char* Name(Handshake result);

// Thread-safe. Every family and child exists from the start.
class TlsMetrics {
 public:
  // `registry` must outlive the metrics.
  explicit TlsMetrics(prometheus::Registry& registry);

  void Count(Handshake result) { handshakes_[static_cast<std::size_t>(result)]->Increment(); }
  // Files that had changed were taken, or refused.
  void CountReload(bool success) { (success ? successes_ : failures_).Increment(); }
  // Unix times; 0: there is no such certificate.
  void SetExpiry(std::time_t server, std::time_t client_authority);

 private:
  std::array<prometheus::Counter*, 5> handshakes_{};
  prometheus::Family<prometheus::Counter>& reloads_;
  prometheus::Counter& successes_;
  prometheus::Counter& failures_;
  prometheus::Family<prometheus::Gauge>& expiry_;
  prometheus::Gauge& server_expiry_;
  prometheus::Gauge& client_authority_expiry_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_METRICS_TLS_METRICS_H_
