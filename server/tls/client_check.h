// Looks at clients when their handshake is done, before they can say anything.
#ifndef ADVANTAGED_SERVER_TLS_CLIENT_CHECK_H_
#define ADVANTAGED_SERVER_TLS_CLIENT_CHECK_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/log/line_budget.h"
#include "server/metrics/tls_metrics.h"
#include "server/tls/trust.h"

namespace grpc::experimental {
class CertificateVerifier;
}  // namespace grpc::experimental

namespace advantaged {

// What is known of a client; empty texts and no names where it has no certificate.
struct ClientCertificate {
  std::string pem;
  std::string chain;               // what it sent besides
  std::vector<std::string> names;  // subject alternative names: DNS and URI
};

// Thread-safe. Counts every client, and logs those that it refuses, ten a second at most.
class ClientCheck {
 public:
  // `metrics` must outlive the object. At first every client is accepted, with a certificate or
  // without.
  explicit ClientCheck(TlsMetrics& metrics) : metrics_(metrics) {}

  // From the next handshake on clients need a certificate that one of these authorities has signed.
  void SetTrust(std::shared_ptr<const Trust> trust);
  // From the next handshake on they need one of these names; none: they need no name.
  void SetNames(std::vector<std::string> names);

  // Whether it may stay.
  bool Accept(const ClientCertificate& client);

 private:
  Handshake Judge(const ClientCertificate& client, std::string& reason) const;

  TlsMetrics& metrics_;
  LineBudget lines_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Trust> trust_;
  std::vector<std::string> names_;
};

// `check` as gRPC calls it.
std::shared_ptr<grpc::experimental::CertificateVerifier> MakeVerifier(
    std::shared_ptr<ClientCheck> check);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_TLS_CLIENT_CHECK_H_
