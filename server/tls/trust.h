// Whose certificates a client may come with.
#ifndef ADVANTAGED_SERVER_TLS_TRUST_H_
#define ADVANTAGED_SERVER_TLS_TRUST_H_

#include <openssl/x509_vfy.h>

#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "server/metrics/tls_metrics.h"
#include "server/tls/certificate.h"

namespace advantaged {

// The authorities of a bundle. Thread-safe once made.
class Trust {
 public:
  // On failure returns null and says why.
  static std::unique_ptr<const Trust> Read(std::string_view bundle, std::string& error);

  // Judges the certificate of a client, now: kAccepted, kUntrusted or kExpired (also "not yet").
  // Else `reason` says why, in OpenSSL's words. `chain` are the certificates that the client sent
  // beside its own, all in PEM; they help to find an authority, and are not trusted.
  Handshake Judge(X509& certificate, std::string_view chain, std::string& reason) const;

  // Unix time; of the authority that expires first.
  std::time_t expiry() const { return expiry_; }

 private:
  Trust() = default;

  std::unique_ptr<X509_STORE, OpenSslDeleter<X509_STORE_free>> store_;
  std::time_t expiry_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_TLS_TRUST_H_
