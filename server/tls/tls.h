// TLS of the gRPC side: files that may change, and credentials that follow them.
//
//   auto tls = Tls::Open(options, metrics, error);
//   builder.AddExternalConnectionAcceptor(..., tls->credentials());
//   tls->ReloadIfChanged();  // every few seconds
#ifndef ADVANTAGED_SERVER_TLS_TLS_H_
#define ADVANTAGED_SERVER_TLS_TLS_H_

#include <memory>
#include <string>
#include <vector>

#include "server/tls/client_check.h"
#include "server/tls/identity.h"

namespace grpc {
class ServerCredentials;
}  // namespace grpc

namespace advantaged {

struct TlsFiles {
  std::string certificate;  // chain of the server's, its own first
  std::string key;
  std::string client_ca;  // empty: clients need no certificate
};

// For one thread.
class Tls {
 public:
  // On failure returns null and says in `error` which file is wrong and why. `metrics` must outlive
  // the object.
  static std::unique_ptr<Tls> Open(const TlsFiles& files, TlsMetrics& metrics, std::string& error);

  std::shared_ptr<grpc::ServerCredentials> credentials() const { return credentials_; }

  // The names that clients may have (--tls-client-names).
  void SetClientNames(std::vector<std::string> names) { check_->SetNames(std::move(names)); }

  // Reads the files. If they have changed and are good, new connections go by them; if they are
  // not, nothing changes. Either is counted and logged, once for each change. Open connections
  // stay.
  void ReloadIfChanged();

 private:
  struct Texts {
    std::string certificate, key, client_ca;
    bool operator==(const Texts&) const = default;
  };

  Tls(TlsFiles files, TlsMetrics& metrics)
      : files_(std::move(files)),
        metrics_(metrics),
        check_(std::make_shared<ClientCheck>(metrics)) {}
  // Empty, or what cannot be read.
  std::string Read(Texts& texts) const;
  // Empty, or what is wrong, and then nothing has changed.
  std::string Take(const Texts& texts);

  const TlsFiles files_;
  TlsMetrics& metrics_;
  const std::shared_ptr<ClientCheck> check_;
  std::unique_ptr<Identity> identity_;
  std::shared_ptr<grpc::ServerCredentials> credentials_;
  // What ReloadIfChanged read last, good or not.
  Texts seen_;
  std::string unreadable_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_TLS_TLS_H_
