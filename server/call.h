// One call: counts and logs it, knows whether its caller still waits, and frees itself when
// it is over.
#ifndef ADVANTAGED_SERVER_CALL_H_
#define ADVANTAGED_SERVER_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/admission.h"
#include "server/call_status.h"
#include "server/log/access_log.h"
#include "server/metrics/metrics.h"

namespace advantaged {

namespace v1 {
class StreamAdvantagesRequest;
class StreamAdvantagesResponse;
}  // namespace v1

// Made with new and given to gRPC, which calls OnDone exactly once and last.
template <typename Reactor>
class BasicCall : public Reactor {
 public:
  // `metrics` and `access_log` must outlive the call.
  BasicCall(grpc::CallbackServerContext& context, Metrics& metrics, AccessLog& access_log, Rpc rpc)
      : context_(context), metrics_(metrics), access_log_(access_log), scope_(metrics.rpc(), rpc) {}

  // Ends the call; gRPC sends the reply, or the error with its details and, of a
  // RESOURCE_EXHAUSTED, when to try again (gRPC proposal A6). The caller's traceparent goes back,
  // and where the time went, if asked for. Call once.
  void End(const CallStatus& status);

  // Names and values of what came with the call.
  std::size_t MetadataBytes() const;

 protected:
  // Frees itself.
  ~BasicCall() override = default;

  // Whether the caller still waits. May be asked at any time before End.
  GivenUp CheckGivenUp() const;
  grpc::CallbackServerContext& context() const { return context_; }
  Rpc rpc() const { return scope_.rpc(); }
  Metrics& metrics() const { return metrics_; }
  AccessLog& access_log() const { return access_log_; }
  // The connection that brought the call.
  ConnectionId Connection() const;
  // What every line about the call says.
  void Introduce(AccessRecord& record) const;

 private:
  // Any thread, also beside End.
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override;
  bool Expired() const;
  // What the caller sent under this name once, else empty.
  std::string_view Metadata(const char* name) const;
  void Log(int code) const;
  // Where the time went, for calls that have stages.
  virtual std::optional<StageTimes> Stages() const { return std::nullopt; }
  // Adds to the record what all calls do not have; only after End.
  virtual void Describe(AccessRecord&) const {}

  grpc::CallbackServerContext& context_;
  Metrics& metrics_;
  AccessLog& access_log_;
  std::atomic<bool> cancelled_ = false;
  CallScope scope_;
};

using Call = BasicCall<grpc::ServerUnaryReactor>;
using StreamReactor =
    grpc::ServerBidiReactor<v1::StreamAdvantagesRequest, v1::StreamAdvantagesResponse>;

extern template class BasicCall<grpc::ServerUnaryReactor>;
extern template class BasicCall<StreamReactor>;

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CALL_H_
