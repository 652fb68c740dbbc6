// Who the server is: a private key and the chain of its certificate.
#ifndef ADVANTAGED_SERVER_TLS_IDENTITY_H_
#define ADVANTAGED_SERVER_TLS_IDENTITY_H_

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace grpc::experimental {
class CertificateProviderInterface;
}  // namespace grpc::experimental

namespace advantaged {

// The text of a file, and the file's name for errors.
struct NamedText {
  std::string_view name;
  std::string_view text;
};

// Shows gRPC one identity after the other.
//
// gRPC's only provider whose certificates change (1.51) watches files. It takes whatever stands in
// them, and with a file that is none, or half of a pair, it refuses every connection. So it watches
// a file of ours, in memory, that only ever holds a pair that has been checked. The pair is one
// file, exchanged as a whole; its time of modification counts the exchanges, by which gRPC knows
// whether it has read key and certificate of two of them.
class Identity {
 public:
  // On failure of the system returns null and says why.
  static std::unique_ptr<Identity> Create(std::string& error);

  // New connections see this pair within two seconds, those of the first call all. On failure
  // nothing has changed; returns what is wrong, beginning with the name that is to blame, else "".
  std::string Set(const NamedText& certificate_chain, const NamedText& private_key);

  // Unix time; of the certificate that expires first in the chain.
  std::time_t expiry() const { return expiry_; }
  // Describe() of the server's own certificate.
  const std::string& description() const { return description_; }

  // Call after the first Set.
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> MakeProvider() const;

 private:
  Identity() = default;

  FileDescriptor file_;
  std::int64_t generation_ = 0;
  std::time_t expiry_ = 0;
  std::string description_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_TLS_IDENTITY_H_
