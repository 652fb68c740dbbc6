#include "server/rpc/health.h"

#include <grpc/health/v1/health.pb.h>

#include <utility>

#include "server/rpc/message_bytes.h"

namespace advantaged {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

grpc::ByteBuffer Answer(std::optional<bool> serving) {
  HealthCheckResponse response;
  response.set_status(!serving   ? HealthCheckResponse::SERVICE_UNKNOWN
                      : *serving ? HealthCheckResponse::SERVING
                                 : HealthCheckResponse::NOT_SERVING);
  return Serialize(response);
}

const grpc::Status kNoRequest(grpc::StatusCode::INVALID_ARGUMENT,
                              "no HealthCheckRequest, or one of more than 16 KiB");

}  // namespace

// One Watch call. Its members are guarded by the lock of Health.
class Health::Watcher final : public WireUser {
 public:
  Watcher(Health& health, Wire& wire, std::string service)
      : health_(health), wire_(wire), service_(std::move(service)) {}

  const std::string& service() const { return service_; }

  // Tells what is the case now, unless that is what was told last; after the message on its way.
  void Tell() {
    const std::optional<bool> serving = health_.Find(service_);
    if (writing_ || ended_ || (told_ && serving == last_)) return;
    writing_ = told_ = true;
    last_ = serving;
    wire_.Write(Answer(serving));
  }

 private:
  void OnWritten(bool /*ok*/) override {
    const std::lock_guard lock(health_.mutex_);
    writing_ = false;
    ended_ ? wire_.End(grpc::Status::CANCELLED) : Tell();
  }
  // The only end there is: watchers stay as long as they like.
  void OnCancelled() override {
    const std::lock_guard lock(health_.mutex_);
    ended_ = true;
    if (!writing_) wire_.End(grpc::Status::CANCELLED);
  }
  void OnOver() override {
    {
      const std::lock_guard lock(health_.mutex_);
      health_.watchers_.erase(this);
    }
    delete this;
  }

  Health& health_;
  Wire& wire_;
  const std::string service_;
  bool writing_ = false;
  bool ended_ = false;
  bool told_ = false;
  std::optional<bool> last_;
};

std::optional<bool> Health::Find(const std::string& service) const {
  const auto found = serving_.find(service);
  if (found == serving_.end()) return std::nullopt;
  return found->second;
}

void Health::Set(const std::string& service, bool serving) {
  const std::lock_guard lock(mutex_);
  serving_[service] = serving;
  for (Watcher* watcher : watchers_) {
    if (watcher->service() == service) watcher->Tell();
  }
}

void Health::Check(Wire& wire) {
  wire.Attach(*new NoUser);
  HealthCheckRequest request;
  if (!ParseShort(wire.message(), request)) return wire.End(kNoRequest);
  std::optional<bool> serving;
  {
    const std::lock_guard lock(mutex_);
    serving = Find(request.service());
  }
  if (!serving) {
    return wire.End(grpc::Status(grpc::StatusCode::NOT_FOUND, "service name unknown"));
  }
  wire.End(Answer(serving), grpc::Status::OK);
}

void Health::Watch(Wire& wire) {
  HealthCheckRequest request;
  if (!ParseShort(wire.message(), request)) {
    wire.Attach(*new NoUser);
    return wire.End(kNoRequest);
  }
  auto* watcher = new Watcher(*this, wire, request.service());
  wire.Attach(*watcher);
  const std::lock_guard lock(mutex_);
  watchers_.insert(watcher);
  watcher->Tell();
}

}  // namespace advantaged
