#include "server/grpc/rpc/health.h"

#include <grpc/health/v1/health.pb.h>

#include <utility>

#include "server/grpc/rpc/message_bytes.h"

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
                              "cannot parse the message as HealthCheckRequest of at most 16 KiB");

}  // namespace

// One Watch call. Its members are guarded by the lock of Health.
class Health::Watcher final : public CallHandler {
 public:
  Watcher(Health& health, ServerCall& server_call, std::string service)
      : health_(health), server_call_(server_call), service_(std::move(service)) {}

  const std::string& service() const { return service_; }

  // Tells what is the case now, unless that is what was told last; after the message on its way.
  void Tell() {
    const std::optional<bool> serving = health_.Find(service_);
    if (writing_ || ended_ || (told_ && serving == last_)) return;
    writing_ = told_ = true;
    last_ = serving;
    server_call_.Write(Answer(serving));
  }

 private:
  void OnWritten(bool /*ok*/) override {
    const std::lock_guard lock(health_.mutex_);
    writing_ = false;
    ended_ ? server_call_.End(grpc::Status::CANCELLED) : Tell();
  }
  // The only end there is: watchers stay as long as they like.
  void OnCancelled() override {
    const std::lock_guard lock(health_.mutex_);
    ended_ = true;
    if (!writing_) server_call_.End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    {
      const std::lock_guard lock(health_.mutex_);
      health_.watchers_.erase(this);
    }
    delete this;
  }

  Health& health_;
  ServerCall& server_call_;
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

void Health::Check(ServerCall& server_call) {
  server_call.Attach(*new EndedCallHandler);
  HealthCheckRequest request;
  if (!ParseShort(server_call.message(), request)) return server_call.End(kNoRequest);
  std::optional<bool> serving;
  {
    const std::lock_guard lock(mutex_);
    serving = Find(request.service());
  }
  if (!serving) {
    return server_call.End(grpc::Status(grpc::StatusCode::NOT_FOUND, "service name unknown"));
  }
  server_call.End(Answer(serving), grpc::Status::OK);
}

void Health::Watch(ServerCall& server_call) {
  HealthCheckRequest request;
  if (!ParseShort(server_call.message(), request)) {
    server_call.Attach(*new EndedCallHandler);
    return server_call.End(kNoRequest);
  }
  auto* watcher = new Watcher(*this, server_call, request.service());
  server_call.Attach(*watcher);
  const std::lock_guard lock(mutex_);
  watchers_.insert(watcher);
  watcher->Tell();
}

}  // namespace advantaged
