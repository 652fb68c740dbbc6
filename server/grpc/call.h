// One call: counts and logs it, knows whether its caller still waits, and frees itself when
// it is over.
#ifndef ADVANTAGED_SERVER_GRPC_CALL_H_
#define ADVANTAGED_SERVER_GRPC_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "server/codec/call_status.h"
#include "server/compute/admission.h"
#include "server/compute/call_record.h"
#include "server/compute/previous_attempts.h"
#include "server/grpc/rpc/server_call.h"
#include "server/log/access_log.h"
#include "server/metrics/metrics.h"

namespace advantaged {

class Call : public CallHandler {
 public:
  // Attaches itself to `server_call`. `metrics` and `access_log` must outlive the call.
  Call(ServerCall& server_call, Metrics& metrics, AccessLog& access_log, Rpc rpc)
      : server_call_(server_call),
        metrics_(metrics),
        access_log_(access_log),
        scope_(metrics.rpc(), rpc),
        record_("grpc", rpc, [this](const char* name) { return Metadata(name); }) {
    record_.set_attempt(AttemptAfter(Metadata(kPreviousAttempts)));
    server_call.Attach(*this);
  }

  // Ends the call without a reply, or without a further one: an error goes with its details and, of
  // a RESOURCE_EXHAUSTED, when to try again (gRPC proposal A6). The caller's traceparent goes back,
  // and where the time went, if asked for. Call one of these two, once; the call may be gone
  // afterwards.
  void End(const CallStatus& status);
  // Ends a call well.
  void Answer(const grpc::ByteBuffer& reply);

  // Names and values of what came with the call.
  std::size_t MetadataBytes() const;

 protected:
  // Frees itself.
  virtual ~Call() = default;

  // Whether the caller still waits. May be asked at any time before End.
  GivenUp CheckGivenUp() const;
  ServerCall& server_call() const { return server_call_; }
  Rpc rpc() const { return scope_.rpc(); }
  Metrics& metrics() const { return metrics_; }
  AccessLog& access_log() const { return access_log_; }
  // The connection that brought the call.
  ConnectionId Connection() const;
  CallRecord& record() { return record_; }
  // The caller's address for the access log: IP:PORT, or "unix".
  std::string Peer() const;

 private:
  void OnDone() override;
  // Counts the call under this status and writes the trailers that go with it.
  void RecordStatus(const CallStatus& status);
  // Of a call that is cancelled, by its caller or by gRPC.
  GivenUp WhyCancelled() const;
  // What the caller sent under this name once, else empty.
  std::string_view Metadata(const char* name) const;

  ServerCall& server_call_;
  Metrics& metrics_;
  AccessLog& access_log_;
  CallScope scope_;
  CallRecord record_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_CALL_H_
