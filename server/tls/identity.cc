#include "server/tls/identity.h"

#include <fcntl.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/errno_message.h"
#include "base/text.h"
#include "server/tls/certificate.h"

namespace advantaged {
namespace {

// How often gRPC looks.
constexpr unsigned kRefreshSeconds = 1;

FileDescriptor MemoryFile() { return FileDescriptor(memfd_create("advantaged-tls", MFD_CLOEXEC)); }

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string WithReason(std::string_view what) { return Concat(what, ": ", ErrnoMessage(errno)); }

}  // namespace

std::unique_ptr<Identity> Identity::Create(std::string& error) {
  std::unique_ptr<Identity> identity(new Identity);
  identity->file_ = MemoryFile();
  if (identity->file_.valid()) return identity;
  error = WithReason("no file in memory for the certificate");
  return nullptr;
}

std::string Identity::Set(const NamedText& certificate_chain, const NamedText& private_key) {
  std::string error;
  const auto chain = ReadCertificates(certificate_chain.text, error);
  if (chain.empty()) return Concat(certificate_chain.name, ": ", error);
  const PrivateKey key = ReadPrivateKey(private_key.text, error);
  if (key == nullptr) return Concat(private_key.name, ": ", error);
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    return Concat(private_key.name, ": is not that of the certificate");
  }
  const FileDescriptor next = MemoryFile();
  const timespec generation{.tv_sec = ++generation_, .tv_nsec = 0};
  const timespec times[] = {generation, generation};
  const std::string pair = Concat(private_key.text, "\n", certificate_chain.text, "\n");
  if (!next.valid() || !WriteAll(next.get(), pair) || futimens(next.get(), times) != 0 ||
      dup3(next.get(), file_.get(), O_CLOEXEC) < 0) {
    return WithReason(Concat(certificate_chain.name, ": no file in memory"));
  }
  description_ = Describe(*chain.front());
  expiry_ = ExpiryOf(*chain.front());
  for (const Certificate& link : chain) expiry_ = std::min(expiry_, ExpiryOf(*link));
  return "";
}

std::shared_ptr<grpc::experimental::CertificateProviderInterface> Identity::MakeProvider() const {
  const std::string path = Concat("/proc/self/fd/", file_.get());
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(path, path,
                                                                              kRefreshSeconds);
}

}  // namespace advantaged
