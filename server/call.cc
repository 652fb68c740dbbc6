#include "server/call.h"

#include <grpc/grpc_security.h>
#include <grpcpp/server_context.h>

#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "advantaged/v1/stream.pb.h"
#include "server/errors.h"
#include "server/log/traceparent.h"

namespace advantaged {
namespace {

// gRPC has "ipv4:127.0.0.1:1234", "ipv6:%5B::1%5D:1234" and "unix:" with a path or without.
std::string PeerText(std::string peer) {
  if (peer.starts_with("unix")) return "unix";
  peer.erase(0, peer.find(':') + 1);
  for (const auto& [code, character] : {std::pair("%5B", "["), std::pair("%5D", "]")}) {
    if (const auto at = peer.find(code); at != std::string::npos) peer.replace(at, 3, character);
  }
  return peer;
}

}  // namespace

template <typename Reactor>
bool BasicCall<Reactor>::Expired() const {
  return context_.deadline() <= std::chrono::system_clock::now();
}

template <typename Reactor>
GivenUp BasicCall<Reactor>::CheckGivenUp() const {
  if (Expired()) return GivenUp::kDeadline;
  return context_.IsCancelled() ? GivenUp::kCancelled : GivenUp::kNo;
}

template <typename Reactor>
void BasicCall<Reactor>::End(const CallStatus& status) {
  scope_.set_code(status.code);
  if (status.code == CallStatus::kResourceExhausted) {
    // Negative: never.
    const auto delay = status.retry_delay ? status.retry_delay->count() : -1;
    context_.AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(delay));
  }
  if (const std::string_view parent = Traceparent(Metadata(kTraceparent)); !parent.empty()) {
    context_.AddTrailingMetadata(kTraceparent, std::string(parent));
  }
  if (Metadata(kWantTimings) == "1") {
    if (const auto times = Stages()) {
      context_.AddTrailingMetadata(kServerTiming, ServerTiming(*times));
    }
  }
  this->Finish(ToGrpcStatus(status));
}

template <typename Reactor>
void BasicCall<Reactor>::OnDone() {
  if (cancelled_) {
    const int sent = scope_.code();
    const bool expired = Expired();
    // Those who were known to have gone are counted already.
    if (sent != grpc::DEADLINE_EXCEEDED && sent != grpc::CANCELLED) {
      metrics_.load().Count(CallStage::kSend, expired ? GivenUp::kDeadline : GivenUp::kCancelled);
    }
    // What was sent did not arrive: the caller saw this instead.
    scope_.set_code(expired ? grpc::DEADLINE_EXCEEDED : grpc::CANCELLED);
  }
  Log(scope_.code());
  delete this;
}

template <typename Reactor>
std::size_t BasicCall<Reactor>::MetadataBytes() const {
  std::size_t bytes = 0;
  for (const auto& [name, value] : context_.client_metadata()) bytes += name.size() + value.size();
  return bytes;
}

template <typename Reactor>
std::string_view BasicCall<Reactor>::Metadata(const char* name) const {
  const auto [first, last] = context_.client_metadata().equal_range(name);
  if (first == last || std::next(first) != last) return {};
  return {first->second.data(), first->second.size()};
}

template <typename Reactor>
ConnectionId BasicCall<Reactor>::Connection() const {
  // The address of gRPC's record of who is at the other end: one for each connection, which lives
  // as long as it does. Addresses of peers would not do: all clients of a Unix socket have the
  // same.
  grpc_auth_context* record = grpc_call_auth_context(context_.c_call());
  grpc_auth_context_release(record);
  return record;
}

template <typename Reactor>
void BasicCall<Reactor>::Introduce(AccessRecord& record) const {
  record.transport = "grpc";
  record.rpc = RpcName(scope_.rpc());
  record.peer = PeerText(context_.peer());
  record.traceparent = Traceparent(Metadata(kTraceparent));
}

template <typename Reactor>
void BasicCall<Reactor>::Log(int code) const {
  access_log_.Write(code, [this](AccessRecord& record) {
    Introduce(record);
    record.stages = Stages();
    Describe(record);
    record.total_us = std::chrono::duration<double, std::micro>(scope_.elapsed()).count();
  });
}

template class BasicCall<grpc::ServerUnaryReactor>;
template class BasicCall<StreamReactor>;

}  // namespace advantaged
