#include "server/grpc/call.h"

#include <grpc/grpc_security.h>
#include <grpcpp/server_context.h>

#include <chrono>
#include <iterator>
#include <string>
#include <utility>

#include "server/codec/errors.h"
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

GivenUp Call::WhyCancelled() const {
  // A client whose deadline passes cancels the call, and its clock began before ours, by the time
  // that the call took to arrive.
  constexpr std::chrono::milliseconds kOnTheWay{100};
  const bool expired =
      server_call_.context().deadline() <= std::chrono::system_clock::now() + kOnTheWay;
  return expired ? GivenUp::kDeadline : GivenUp::kCancelled;
}

GivenUp Call::CheckGivenUp() const {
  if (server_call_.context().deadline() <= std::chrono::system_clock::now())
    return GivenUp::kDeadline;
  return server_call_.context().IsCancelled() ? WhyCancelled() : GivenUp::kNo;
}

void Call::End(const CallStatus& status) {
  RecordStatus(status);
  server_call_.End(ToGrpcStatus(status));
}

void Call::Answer(const grpc::ByteBuffer& reply) {
  RecordStatus({});
  server_call_.End(reply, grpc::Status::OK);
}

void Call::RecordStatus(const CallStatus& status) {
  scope_.set_code(status.code);
  if (status.code == CallStatus::kResourceExhausted) {
    // Negative: never.
    const auto delay = status.retry_delay ? status.retry_delay->count() : -1;
    server_call_.context().AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(delay));
  }
  if (!record_.traceparent().empty()) {
    server_call_.context().AddTrailingMetadata(kTraceparent, record_.traceparent());
  }
  if (const auto timings = record_.RequestedTimings()) {
    server_call_.context().AddTrailingMetadata(kServerTiming, *timings);
  }
}

void Call::OnDone() {
  if (server_call_.context().IsCancelled()) {
    const int sent = scope_.code();
    const GivenUp why = WhyCancelled();
    // Those who were known to have gone are counted already.
    if (sent != grpc::DEADLINE_EXCEEDED && sent != grpc::CANCELLED) {
      metrics_.load().Count(CallStage::kSend, why);
    }
    // What was sent did not arrive: the caller saw this instead.
    scope_.set_code(why == GivenUp::kDeadline ? grpc::DEADLINE_EXCEEDED : grpc::CANCELLED);
  }
  record_.Write(access_log_, scope_.code(), [this] { return Peer(); });
  delete this;
}

std::size_t Call::MetadataBytes() const {
  std::size_t bytes = 0;
  for (const auto& [name, value] : server_call_.context().client_metadata())
    bytes += name.size() + value.size();
  return bytes;
}

std::string_view Call::Metadata(const char* name) const {
  const auto [first, last] = server_call_.context().client_metadata().equal_range(name);
  if (first == last || std::next(first) != last) return {};
  return {first->second.data(), first->second.size()};
}

ConnectionId Call::Connection() const {
  // The address of gRPC's record of who is at the other end: one for each connection, which lives
  // as long as it does. Addresses of peers would not do: all clients of a Unix socket have the
  // same.
  grpc_auth_context* record = grpc_call_auth_context(server_call_.context().c_call());
  grpc_auth_context_release(record);
  return record;
}

std::string Call::Peer() const { return PeerText(server_call_.context().peer()); }

}  // namespace advantaged
