#include "server/metrics/tls_metrics.h"

namespace advantaged {

const char* Name(Handshake result) {
  switch (result) {
    case Handshake::kAccepted:
      return "accepted";
    case Handshake::kNoCertificate:
      return "no_certificate";
    case Handshake::kUntrusted:
      return "untrusted";
    case Handshake::kExpired:
      return "expired";
    case Handshake::kNameNotAllowed:
      break;
  }
  return "name_not_allowed";
}

TlsMetrics::TlsMetrics(prometheus::Registry& registry)
    : reloads_(CounterFamily(registry, "advantaged_tls_reloads_total",
                             "Times the files of TLS had changed, by whether they were taken.")),
      successes_(reloads_.Add({{"result", "success"}})),
      failures_(reloads_.Add({{"result", "failure"}})),
      expiry_(GaugeFamily(registry, "advantaged_tls_certificate_expiry_timestamp_seconds",
                          "Unix time at which the first certificate of a file expires; 0: none.")),
      server_expiry_(expiry_.Add({{"certificate", "server"}})),
      client_authority_expiry_(expiry_.Add({{"certificate", "client_ca"}})) {
  auto& handshakes = CounterFamily(registry, "advantaged_tls_handshakes_total",
                                   "TLS handshakes that were finished, by what became of the "
                                   "client.");
  for (std::size_t i = 0; i < handshakes_.size(); ++i) {
    handshakes_[i] = &handshakes.Add({{"result", Name(static_cast<Handshake>(i))}});
  }
}

void TlsMetrics::SetExpiry(std::time_t server, std::time_t client_authority) {
  server_expiry_.Set(static_cast<double>(server));
  client_authority_expiry_.Set(static_cast<double>(client_authority));
}

}  // namespace advantaged
