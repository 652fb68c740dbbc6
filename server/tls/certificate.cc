#include "server/tls/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/text.h"

namespace advantaged {
namespace {

using Bio = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;

Bio Reader(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string NameOf(const X509_NAME* name) {
  const Bio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// OpenSSL would ask at the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

}  // namespace

std::vector<Certificate> ReadCertificates(std::string_view pem, std::string& error) {
  const Bio bio = Reader(pem);
  std::vector<Certificate> certificates;
  ERR_clear_error();
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr)) {
    certificates.emplace_back(next);
  }
  // The end of the text reads as one more block whose first line is missing.
  const unsigned long cause = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_REASON(cause) != PEM_R_NO_START_LINE) {
    error = Concat("certificate ", certificates.size() + 1, " cannot be read");
    certificates.clear();
  } else if (certificates.empty()) {
    error = "holds no certificate in PEM";
  }
  return certificates;
}

PrivateKey ReadPrivateKey(std::string_view pem, std::string& error) {
  const Bio bio = Reader(pem);
  PrivateKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  if (key == nullptr) {
    error = pem.find("ENCRYPTED") != std::string_view::npos
                ? "the private key is encrypted, which a server cannot use"
                : "holds no private key in PEM";
  }
  return key;
}

std::time_t ExpiryOf(const X509& certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &time) != 1) return 0;
  return timegm(&time);
}

std::string Describe(const X509& certificate) {
  const std::time_t expiry = ExpiryOf(certificate);
  std::tm time{};
  gmtime_r(&expiry, &time);
  char until[32];
  std::strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", &time);
  return Concat(NameOf(X509_get_subject_name(&certificate)), ", signed by ",
                NameOf(X509_get_issuer_name(&certificate)), ", valid until ", until);
}

}  // namespace advantaged
