// What the service does with a message, free of any transport: gRPC, HTTP and `advctl --local` all
// call these functions.
#ifndef ADVANTAGED_SERVER_CODEC_HANDLER_H_
#define ADVANTAGED_SERVER_CODEC_HANDLER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "advantaged/v1/compute.pb.h"
#include "server/codec/call_status.h"

namespace advantaged {

class GroupObserver;

namespace v1 {
class DescribeMethodRequest;
class DescribeMethodResponse;
class GetServerInfoResponse;
class ListMethodsResponse;
}  // namespace v1

// Memory for the advantages of one reply outside of its message.
class ReplyRoom {
 public:
  // For so many, in a reply of this form. Called once.
  virtual std::span<float> Make(v1::ReplyForm form, std::size_t size) = 0;
  // What they add to the bytes of the message.
  virtual std::size_t bytes() const = 0;

 protected:
  ~ReplyRoom() = default;
};

// Computes `response` from `request`. Thread-safe. `observer` may be null; it sees every group,
// also of a call that then fails, so it must be discarded unless the call succeeds. `response` must
// be empty; on failure it means nothing. `stop` is asked now and then (core/engine/computation.h)
// whether the caller has given up: the call then ends with kCancelled. Empty: never. The advantages
// go to `room` unless it is null.
CallStatus HandleComputeAdvantages(const v1::ComputeAdvantagesRequest& request,
                                   v1::ComputeAdvantagesResponse& response, GroupObserver* observer,
                                   const std::function<bool()>& stop = {},
                                   ReplyRoom* room = nullptr);

// Whether the tables of the request's method may take long to make (MethodRow::cost). How long is
// known only once the formula has been read and the cache looked at, which is part of the work.
bool EvaluatesFormulas(const v1::ComputeAdvantagesRequest& request);

// A response takes about as long as so many of a plain batch, which has a group size and nothing
// but rewards, if its batch has a mask, outcomes, lengths, ids of groups or trajectories,
// statistics of groups or stages, or a method of ranks.
inline constexpr std::size_t kSlowPathCost = 8;
// The number of responses of a plain batch that take about as long as this batch.
std::size_t Effort(const v1::ComputeAdvantagesRequest& request, std::size_t responses);

// Describes the request's method. Thread-safe. `response` must be empty; on failure it means
// nothing. The largest takes about a second; `stop` as above.
CallStatus HandleDescribeMethod(const v1::DescribeMethodRequest& request,
                                v1::DescribeMethodResponse& response,
                                const std::function<bool()>& stop = {});

// The name of the request's method, e.g. "rloo", as in the method table; "" if none is set.
std::string_view MethodName(const v1::ComputeAdvantagesRequest& request);
std::string_view MethodName(const v1::DescribeMethodRequest& request);

// The method table.
void HandleListMethods(v1::ListMethodsResponse& response);

// Version, numerics, limits. `max_request_bytes` is the limit the caller enforces.
void HandleGetServerInfo(std::uint32_t max_request_bytes, v1::GetServerInfoResponse& response);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_HANDLER_H_
