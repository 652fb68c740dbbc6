#include "server/codec/handler.h"

#include <google/protobuf/stubs/common.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "advantaged/v1/catalog.pb.h"
#include "advantaged/v1/compute.pb.h"
#include "base/text.h"
#include "core/engine/computation.h"
#include "core/kernels/target.h"
#include "core/methods/method_table.h"
#include "server/codec/arrays.h"
#include "server/codec/catalog.h"
#include "server/codec/codec.h"
#include "server/codec/describe.h"
#include "server/codec/method.h"
#include "server/codec/reply_size.h"

namespace advantaged {
namespace {

// Microseconds between laps.
class Stopwatch {
 public:
  float Lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<float, std::micro> lap = now - last_;
    last_ = now;
    return lap.count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

CallStatus Refused(const DecodedRequest& decoded, Violations violations) {
  decoded.NameFields(violations);
  return InvalidArgument(std::move(violations));
}

// Adds a violation if a reply about so many groups cannot be sent.
void CheckReplySize(const v1::ComputeAdvantagesRequest& request, std::size_t groups,
                    Violations& violations) {
  const std::size_t bytes = SizeOfReply(request, groups).bytes();
  if (bytes <= kMaxReplyBytes) return;
  violations.Add("group_statistics",
                 Concat("true for ", groups, " groups, with ", request.pass_at_size(),
                        " K: a reply of ", bytes, " bytes; at most ", kMaxReplyBytes,
                        " are sent: ask for fewer K, or cut the batch between groups"));
}

}  // namespace

CallStatus HandleComputeAdvantages(const v1::ComputeAdvantagesRequest& request,
                                   v1::ComputeAdvantagesResponse& response, GroupObserver* observer,
                                   const std::function<bool()>& stop, ReplyRoom* room) {
  if (request.has_required_numerics_version() &&
      request.required_numerics_version() != kNumericsVersion) {
    return {CallStatus::kFailedPrecondition,
            Concat("required_numerics_version: ", request.required_numerics_version(),
                   "; this server's is ", kNumericsVersion),
            {}};
  }
  Stopwatch watch;
  Violations violations;
  const DecodedRequest decoded(request, violations);
  const Computation computation(decoded.request(), violations);
  if (violations.empty()) CheckReplySize(request, computation.groups().count(), violations);
  if (!violations.empty()) return Refused(decoded, std::move(violations));
  const std::size_t size = computation.output_size();
  std::vector<float> unwanted(request.moments_only() ? size : 0);
  const std::span<float> advantages = request.moments_only() ? std::span(unwanted)
                                      : room != nullptr
                                          ? room->Make(request.reply_form(), size)
                                          : RoomInMessage(request.reply_form(), size, response);
  v1::Timings& timings = *response.mutable_timings();
  timings.set_decode_us(watch.Lap());

  ReplyObserver reply(request, response, observer);
  const Computation::Notes notes = computation.Run(advantages, &reply, violations, stop);
  if (notes.stopped) return Stopped();
  if (!violations.empty()) return Refused(decoded, std::move(violations));
  timings.set_compute_us(watch.Lap());

  if (!request.moments_only()) reply.Finish(computation.responses());
  EncodeMethod(computation.method().spec, *response.mutable_method());
  response.set_numerics_version(kNumericsVersion);
  EncodeNotes(notes, response);
  timings.set_encode_us(watch.Lap());
  return {};
}

CallStatus HandleDescribeMethod(const v1::DescribeMethodRequest& request,
                                v1::DescribeMethodResponse& response,
                                const std::function<bool()>& stop) {
  Violations violations;
  const DescribeRequest decoded = DecodeDescribe(request, violations);
  if (!violations.empty()) return InvalidArgument(std::move(violations));
  Description description = Describe(decoded, stop);
  if (description.stopped) return Stopped();
  if (!description.ok()) return InvalidArgument(std::move(description.violations));
  EncodeDescription(description, response);
  return {};
}

bool EvaluatesFormulas(const v1::ComputeAdvantagesRequest& request) {
  const MethodRow* row = FindMethod(MethodName(request));
  return row != nullptr && row->cost != nullptr;
}

std::size_t Effort(const v1::ComputeAdvantagesRequest& request, std::size_t responses) {
  const MethodRow* row = FindMethod(MethodName(request));
  const bool plain = request.valid().empty() && request.outcomes().empty() &&
                     !request.has_success_threshold() && kLengths.IsEmpty(request) &&
                     kGroupIds.IsEmpty(request) && kTrajectoryIds.IsEmpty(request) &&
                     !request.shape_rewards() && !request.group_statistics() &&
                     request.stages_size() == 0 && (row == nullptr || row->rank == nullptr);
  return plain ? responses : kSlowPathCost * responses;
}

std::string_view MethodName(const v1::ComputeAdvantagesRequest& request) {
  return MethodName(request.method());
}

std::string_view MethodName(const v1::DescribeMethodRequest& request) {
  return MethodName(request.method());
}

void HandleListMethods(v1::ListMethodsResponse& response) { EncodeMethodTable(response); }

void HandleGetServerInfo(std::uint32_t max_request_bytes, v1::GetServerInfoResponse& response) {
  response.set_version(ADVANTAGED_VERSION);
  response.set_numerics_version(kNumericsVersion);
  response.set_instruction_set(std::string(KernelTarget()));
  response.set_max_request_bytes(max_request_bytes);
  response.set_max_responses(kMaxResponses);
  response.set_max_group_size(kMaxGroupSize);
  response.set_protobuf_version(google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION));
}

}  // namespace advantaged
