#include "server/call.h"

#include <grpcpp/server_context.h>

#include <chrono>
#include <iterator>
#include <string>
#include <utility>

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

bool Call::Expired() const { return context_.deadline() <= std::chrono::system_clock::now(); }

GivenUp Call::CheckGivenUp() const {
  if (Expired()) return GivenUp::kDeadline;
  return context_.IsCancelled() ? GivenUp::kCancelled : GivenUp::kNo;
}

void Call::End(const CallStatus& status) {
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
  Finish(ToGrpcStatus(status));
}

void Call::OnDone() {
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

std::size_t Call::MetadataBytes() const {
  std::size_t bytes = 0;
  for (const auto& [name, value] : context_.client_metadata()) bytes += name.size() + value.size();
  return bytes;
}

std::string_view Call::Metadata(const char* name) const {
  const auto [first, last] = context_.client_metadata().equal_range(name);
  if (first == last || std::next(first) != last) return {};
  return {first->second.data(), first->second.size()};
}

void Call::Log(int code) const {
  access_log_.Write(code, [this](AccessRecord& record) {
    record.transport = "grpc";
    record.rpc = RpcName(scope_.rpc());
    record.peer = PeerText(context_.peer());
    record.stages = Stages();
    record.traceparent = Traceparent(Metadata(kTraceparent));
    Describe(record);
    record.total_us = std::chrono::duration<double, std::micro>(scope_.elapsed()).count();
  });
}

}  // namespace advantaged
