#include "server/tls/trust.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <new>
#include <vector>

namespace advantaged {
namespace {

using Context = std::unique_ptr<X509_STORE_CTX, OpenSslDeleter<X509_STORE_CTX_free>>;
using Stack =
    std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * stack) { sk_X509_free(stack); })>;

// Signatures and keys of 112 bits at least (RSA 2048, no SHA-1), as Debian's OpenSSL asks in TLS.
constexpr int kSecurityLevel = 2;

Handshake ToHandshake(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Handshake::kExpired;
    default:
      return Handshake::kUntrusted;
  }
}

}  // namespace

std::unique_ptr<const Trust> Trust::Read(std::string_view bundle, std::string& error) {
  const std::vector<Certificate> authorities = ReadCertificates(bundle, error);
  if (authorities.empty()) return nullptr;
  std::unique_ptr<Trust> trust(new Trust);
  trust->store_.reset(X509_STORE_new());
  trust->expiry_ = ExpiryOf(*authorities.front());
  for (const Certificate& authority : authorities) {
    if (X509_STORE_add_cert(trust->store_.get(), authority.get()) != 1) throw std::bad_alloc();
    trust->expiry_ = std::min(trust->expiry_, ExpiryOf(*authority));
  }
  X509_VERIFY_PARAM* const rules = X509_STORE_get0_param(trust->store_.get());
  X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_auth_level(rules, kSecurityLevel);
  return trust;
}

Handshake Trust::Judge(X509& certificate, std::string_view chain, std::string& reason) const {
  std::vector<Certificate> links;
  if (!chain.empty()) links = ReadCertificates(chain, reason);
  reason.clear();  // a chain that cannot be read helps nobody, and is asked for by nobody
  const Stack untrusted(sk_X509_new_null());
  for (const Certificate& link : links) sk_X509_push(untrusted.get(), link.get());
  const Context context(X509_STORE_CTX_new());
  ERR_clear_error();
  if (context == nullptr ||
      X509_STORE_CTX_init(context.get(), store_.get(), &certificate, untrusted.get()) != 1) {
    throw std::bad_alloc();
  }
  const bool good = X509_verify_cert(context.get()) == 1;
  const int error = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  if (good) return Handshake::kAccepted;
  reason = X509_verify_cert_error_string(error);
  return ToHandshake(error);
}

}  // namespace advantaged
