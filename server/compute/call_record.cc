#include "server/compute/call_record.h"

#include <utility>

#include "advantaged/v1/compute.pb.h"
#include "advantaged/v1/describe.pb.h"
#include "server/codec/handler.h"
#include "server/codec/reply_size.h"
#include "server/log/traceparent.h"

namespace advantaged {
namespace {

double Microseconds(std::chrono::duration<double, std::micro> time) { return time.count(); }

}  // namespace

CallRecord::CallRecord(std::string_view transport, Rpc rpc, const FieldLookup& field) {
  line_.transport = transport;
  line_.rpc = RpcName(rpc);
  if (field) {
    wants_timings_ = field(kWantTimings) == "1";
    line_.traceparent = Traceparent(field(kTraceparent));
  }
  if (rpc == Rpc::kComputeAdvantages || rpc == Rpc::kDescribeMethod) line_.stages.emplace();
}

CallRecord CallRecord::OfItem() const {
  CallRecord item = *this;
  item.line_.items.reset();
  item.line_.stages.emplace();
  return item;
}

void CallRecord::StartItem(const std::string& id) {
  start_ = Clock::now();
  line_.item = id;
}

void CallRecord::SetRequest(const v1::ComputeAdvantagesRequest& request) {
  line_.method = MethodName(request);
  line_.run = std::string_view(request.run()).substr(0, AccessRecord::kMaxTextBytes);
  line_.responses = CountResponses(request);
}

void CallRecord::SetRequest(const v1::DescribeMethodRequest& request) {
  line_.method = MethodName(request);
}

void CallRecord::AddQueued(Nanoseconds time) { line_.stages->queue_us += Microseconds(time); }

void CallRecord::AddDecoded(Nanoseconds time) { line_.stages->decode_us += Microseconds(time); }

void CallRecord::AddComputed(Nanoseconds time) { line_.stages->compute_us += Microseconds(time); }

void CallRecord::AddEncoded(Nanoseconds time) { line_.stages->encode_us += Microseconds(time); }

void CallRecord::AddTimings(const v1::Timings& timings) {
  line_.stages->decode_us += timings.decode_us();
  line_.stages->compute_us += timings.compute_us();
  line_.stages->encode_us += timings.encode_us();
}

void CallRecord::SetResponse(const v1::ComputeAdvantagesResponse& response) {
  if (!response.has_summary()) return;  // it has moments only
  line_.groups = response.summary().groups();
  line_.responses = response.summary().responses() + response.summary().masked_responses();
}

std::optional<std::string> CallRecord::RequestedTimings() const {
  if (!wants_timings_ || !line_.stages) return std::nullopt;
  return ServerTiming(*line_.stages);
}

void CallRecord::Write(AccessLog& log, int code, const std::function<std::string()>& peer) {
  log.Write(code, [&](AccessRecord& line) {
    line = std::move(line_);
    line.peer = peer();
    line.total_us = Microseconds(Clock::now() - start_);
  });
}

}  // namespace advantaged
