#include "server/tls/client_check.h"

#include <grpcpp/security/tls_certificate_verifier.h>
#include <spdlog/spdlog.h>

#include "base/printable.h"
#include "base/text.h"
#include "server/tls/client_names.h"

namespace advantaged {
namespace {

constexpr std::uint32_t kLinesPerSecond = 10;

class Verifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit Verifier(std::shared_ptr<ClientCheck> check) : check_(std::move(check)) {}

  // Returns true: is done when it returns.
  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)>, grpc::Status* status) override {
    ClientCertificate client{.pem = Text(request->peer_cert()),
                             .chain = Text(request->peer_cert_full_chain()),
                             .names = {}};
    for (const auto& name : request->dns_names()) client.names.push_back(Text(name));
    for (const auto& name : request->uri_names()) client.names.push_back(Text(name));
    if (!check_->Accept(client)) {
      *status = {grpc::StatusCode::UNAUTHENTICATED, "client certificate refused"};
    }
    return true;
  }

  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  static std::string Text(grpc::string_ref text) { return {text.data(), text.size()}; }

  const std::shared_ptr<ClientCheck> check_;
};

}  // namespace

void ClientCheck::SetTrust(std::shared_ptr<const Trust> trust) {
  const std::lock_guard lock(mutex_);
  trust_ = std::move(trust);
}

void ClientCheck::SetNames(std::vector<std::string> names) {
  const std::lock_guard lock(mutex_);
  names_ = std::move(names);
}

bool ClientCheck::Accept(const ClientCertificate& client) {
  std::string reason;
  const Handshake result = Judge(client, reason);
  metrics_.Count(result);
  if (result == Handshake::kAccepted) return true;
  std::uint64_t skipped = 0;
  if (lines_.Take(kLinesPerSecond, LineBudget::Clock::now(), skipped)) {
    spdlog::warn("client refused: {}{}{}", Name(result), reason,
                 skipped > 0 ? Concat("; ", skipped, " before it without a line") : "");
  }
  return false;
}

Handshake ClientCheck::Judge(const ClientCertificate& client, std::string& reason) const {
  const std::lock_guard lock(mutex_);
  if (trust_ == nullptr) return Handshake::kAccepted;
  if (client.pem.empty()) return Handshake::kNoCertificate;
  std::string why;
  const auto certificates = ReadCertificates(client.pem, why);
  if (certificates.empty()) {
    reason = Concat(": ", why);
    return Handshake::kUntrusted;
  }
  X509& certificate = *certificates.front();
  const Handshake result = trust_->Judge(certificate, client.chain, why);
  if (result != Handshake::kAccepted) {
    reason = Concat(": ", why, " (", Printable(Describe(certificate)), ")");
    return result;
  }
  if (names_.empty() || AnyMatches(names_, client.names)) return Handshake::kAccepted;
  std::string names;
  for (const std::string& name : client.names) names += Concat(names.empty() ? "" : ", ", name);
  reason = Concat(": its names are ", names.empty() ? "none" : Printable(names), " (",
                  Printable(Describe(certificate)), ")");
  return Handshake::kNameNotAllowed;
}

std::shared_ptr<grpc::experimental::CertificateVerifier> MakeVerifier(
    std::shared_ptr<ClientCheck> check) {
  return grpc::experimental::ExternalCertificateVerifier::Create<Verifier>(std::move(check));
}

}  // namespace advantaged
