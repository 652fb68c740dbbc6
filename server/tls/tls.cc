#include "server/tls/tls.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <spdlog/spdlog.h>

#include "base/printable.h"
#include "base/regular_file.h"
#include "base/text.h"

namespace advantaged {
namespace {

// Empty, or why the file cannot be read.
std::string ReadFile(const std::string& path, std::string& text) {
  const std::string error = ReadRegularFile(path, text);
  return error.empty() ? "" : Concat(path, ": ", error);
}

}  // namespace

std::unique_ptr<Tls> Tls::Open(const TlsFiles& files, TlsMetrics& metrics, std::string& error) {
  std::unique_ptr<Tls> tls(new Tls(files, metrics));
  tls->identity_ = Identity::Create(error);
  if (tls->identity_ == nullptr) return nullptr;
  error = tls->Read(tls->seen_);
  if (error.empty()) error = tls->Take(tls->seen_);
  if (!error.empty()) return nullptr;

  grpc::experimental::TlsServerCredentialsOptions options(tls->identity_->MakeProvider());
  options.watch_identity_key_cert_pairs();
  // gRPC would tell neither who was refused nor why, so the check of clients is ours.
  options.set_cert_request_type(files.client_ca.empty()
                                    ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                    : GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  options.set_certificate_verifier(MakeVerifier(tls->check_));
  tls->credentials_ = grpc::experimental::TlsServerCredentials(options);
  return tls;
}

void Tls::ReloadIfChanged() {
  Texts texts;
  std::string error = Read(texts);
  // What cannot be read is one state, whatever could be read of the rest.
  if (!error.empty() ? error == unreadable_ : unreadable_.empty() && texts == seen_) return;
  unreadable_ = error;
  if (error.empty()) {
    seen_ = texts;
    error = Take(texts);
  }
  metrics_.CountReload(error.empty());
  if (!error.empty()) spdlog::error("TLS: {}; the certificates are left as they were", error);
}

std::string Tls::Read(Texts& texts) const {
  std::string error = ReadFile(files_.certificate, texts.certificate);
  if (error.empty()) error = ReadFile(files_.key, texts.key);
  if (error.empty() && !files_.client_ca.empty()) {
    error = ReadFile(files_.client_ca, texts.client_ca);
  }
  return error;
}

std::string Tls::Take(const Texts& texts) {
  std::string error;
  std::shared_ptr<const Trust> trust;
  if (!files_.client_ca.empty()) {
    trust = Trust::Read(texts.client_ca, error);
    if (trust == nullptr) return Concat(files_.client_ca, ": ", error);
  }
  error = identity_->Set({files_.certificate, texts.certificate}, {files_.key, texts.key});
  if (!error.empty()) return error;
  metrics_.SetExpiry(identity_->expiry(), trust == nullptr ? 0 : trust->expiry());
  spdlog::info("TLS: new connections get the certificate {}", Printable(identity_->description()));
  if (trust != nullptr) check_->SetTrust(std::move(trust));
  return "";
}

}  // namespace advantaged
