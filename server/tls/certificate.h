// X.509 certificates in PEM, as OpenSSL has them.
#ifndef ADVANTAGED_SERVER_TLS_CERTIFICATE_H_
#define ADVANTAGED_SERVER_TLS_CERTIFICATE_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace advantaged {

template <auto free>
struct OpenSslDeleter {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Certificate = std::unique_ptr<X509, OpenSslDeleter<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, OpenSslDeleter<EVP_PKEY_free>>;

// The certificates of a text, in their order; other blocks and what stands between are passed over.
// On failure returns none and says why in `error`, also where the text has none.
std::vector<Certificate> ReadCertificates(std::string_view pem, std::string& error);

// The first private key of a text, or null and in `error` why. Never asks for a passphrase.
PrivateKey ReadPrivateKey(std::string_view pem, std::string& error);

// Unix time after which it counts no more.
std::time_t ExpiryOf(const X509& certificate);

// Whom it is about and who signed it, e.g. "CN=trainer, signed by CN=authority, valid until
// 2026-12-01T00:00:00Z"; for a log.
std::string Describe(const X509& certificate);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_TLS_CERTIFICATE_H_
