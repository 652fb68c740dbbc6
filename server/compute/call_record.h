// What is known of one call, from its start to its end. Whoever learns something of a call writes
// it here once, whatever brought the call; the line of the access log, what goes back beside the
// answer, and the metrics of its batch are made of it.
#ifndef ADVANTAGED_SERVER_COMPUTE_CALL_RECORD_H_
#define ADVANTAGED_SERVER_COMPUTE_CALL_RECORD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/compute/attempt.h"
#include "server/log/access_log.h"
#include "server/metrics/rpc_metrics.h"

namespace advantaged {

namespace v1 {
class ComputeAdvantagesRequest;
class ComputeAdvantagesResponse;
class DescribeMethodRequest;
class DescribeMethodResponse;
class Timings;
}  // namespace v1

// One for each call, and one for each item of a stream. Not thread-safe: a call is in one place at
// a time.
class CallRecord {
 public:
  using Nanoseconds = std::chrono::nanoseconds;
  // The value that came with the call under this name, of metadata or of a header; "" if none did.
  // Empty: nothing came with it.
  using FieldLookup = std::function<std::string_view(const char* name)>;

  // The call starts now. `transport` is "grpc" or "http".
  CallRecord(std::string_view transport, Rpc rpc, const FieldLookup& field = {});
  // The record of an item of this stream, of the same caller.
  CallRecord OfItem() const;
  // The item, whose id this is, starts now.
  void StartItem(const std::string& id);

  // Known from the start, so any thread may ask.
  const std::string& traceparent() const { return line_.traceparent; }
  // A first attempt unless set: HTTP does not tell.
  Attempt attempt() const { return attempt_; }
  void set_attempt(Attempt attempt) { attempt_ = attempt; }

  // Of a stream: so many items were taken.
  void SetItems(std::uint64_t items) { line_.items = items; }

  // What came has so many bytes. Set before it is read, so that it is known of what is refused.
  void SetRequestBytes(std::size_t bytes) { line_.request_bytes = bytes; }
  void SetRequest(const v1::ComputeAdvantagesRequest& request);
  void SetRequest(const v1::DescribeMethodRequest& request);

  // Times of stages. A stage that is done in several places has the sum.
  void AddQueued(Nanoseconds time);
  void AddDecoded(Nanoseconds time);
  void AddComputed(Nanoseconds time);
  void AddEncoded(Nanoseconds time);
  void AddTimings(const v1::Timings& timings);
  double queue_us() const { return line_.stages ? line_.stages->queue_us : 0; }

  void SetResponse(const v1::ComputeAdvantagesResponse& response);
  // What goes back has so many bytes; nothing: it does not go back.
  void SetResponseBytes(std::optional<std::size_t> bytes) { line_.response_bytes = bytes; }

  // The value of the field kServerTiming, if the caller asked for it and the call has stages.
  std::optional<std::string> RequestedTimings() const;

  // Writes the line of a call that has ended with this canonical code; `peer` is asked for the
  // caller's address if there is a line. Last, once.
  void Write(AccessLog& log, int code, const std::function<std::string()>& peer);

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
  bool wants_timings_ = false;
  Attempt attempt_ = Attempt::kFirst;
  AccessRecord line_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_CALL_RECORD_H_
