#include "server/compute/call_size.h"

#include <cstdint>

#include "advantaged/v1/compute.pb.h"
#include "server/codec/describe.h"
#include "server/codec/handler.h"
#include "server/codec/reply_size.h"

namespace advantaged {
namespace {

// True if a request has little besides its responses.
bool IsLight(std::size_t responses, std::size_t request_bytes) {
  // Of a response's reward, length and two ids; and what is read in no time beside them.
  constexpr std::size_t kBytesPerResponse = 4 * sizeof(std::uint32_t);
  constexpr std::size_t kBytesBeside = 64U << 10;
  return request_bytes <= kBytesBeside + kBytesPerResponse * responses;
}

}  // namespace

CallSize SizeOf(const v1::ComputeAdvantagesRequest& request, std::size_t request_bytes) {
  const std::size_t responses = CountResponses(request);
  const bool is_light = IsLight(responses, request_bytes) && !EvaluatesFormulas(request);
  return {.request_bytes = request_bytes,
          .answer_bytes = SizeOfReply(request).bytes(),
          .effort = is_light ? Effort(request, responses) : CallSize::kLarge};
}

CallSize SizeOf(const v1::DescribeMethodRequest& request, std::size_t request_bytes) {
  return {.request_bytes = request_bytes, .answer_bytes = NumbersIn(request) * sizeof(double)};
}

}  // namespace advantaged
