// What a call asks for, as far as that can be told before the request is checked.
#ifndef ADVANTAGED_SERVER_COMPUTE_CALL_SIZE_H_
#define ADVANTAGED_SERVER_COMPUTE_CALL_SIZE_H_

#include <cstddef>
#include <limits>

namespace advantaged {

namespace v1 {
class ComputeAdvantagesRequest;
class DescribeMethodRequest;
}  // namespace v1

struct CallSize {
  // The effort of a call that is always work for the compute pool.
  static constexpr std::size_t kLarge = std::numeric_limits<std::size_t>::max();

  std::size_t request_bytes = 0;
  std::size_t answer_bytes = 0;
  // Responses of a plain batch that take about as long (Effort).
  std::size_t effort = kLarge;
};

// Of a request whose message has `request_bytes` bytes.
CallSize SizeOf(const v1::ComputeAdvantagesRequest& request, std::size_t request_bytes);
CallSize SizeOf(const v1::DescribeMethodRequest& request, std::size_t request_bytes);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_COMPUTE_CALL_SIZE_H_
