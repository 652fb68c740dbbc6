#include "server/codec/reply_size.h"

#include <algorithm>

#include "advantaged/v1/compute.pb.h"
#include "server/codec/arrays.h"

namespace advantaged {
namespace {

std::size_t CountGroups(const v1::ComputeAdvantagesRequest& request) {
  const std::size_t sizes = kGroupSizes.Size(request);
  if (sizes > 0) return sizes;
  // Groups may be smaller than expected if they are let in, or empty.
  const bool as_expected = request.valid().empty() &&
                           (request.declared_small_group() == v1::SMALL_GROUP_POLICY_UNSPECIFIED ||
                            request.declared_small_group() == v1::SMALL_GROUP_POLICY_ERROR);
  const std::uint32_t size = request.has_group_size() ? request.group_size()
                             : as_expected            ? request.expected_group_size()
                                                      : 1;
  return CountResponses(request) / std::max(size, 1U);
}

}  // namespace

std::size_t CountResponses(const v1::ComputeAdvantagesRequest& request) {
  return kRewards.Size(request) + 8 * request.reward_bits().size();
}

ReplySize SizeOfReply(const v1::ComputeAdvantagesRequest& request, std::size_t groups) {
  const bool per_group = request.reply_form() == v1::REPLY_FORM_ADVANTAGES_PER_GROUP;
  ReplySize size{.floats = per_group ? 2 * groups : CountResponses(request)};
  if (request.group_statistics() && !request.moments_only()) {
    size.integers = 4 * groups;  // id, n, c, outcome
    // rho, mean, sd, priority, and Pass@K
    size.doubles = (4 + static_cast<std::size_t>(request.pass_at_size())) * groups;
  }
  return size;
}

ReplySize SizeOfReply(const v1::ComputeAdvantagesRequest& request) {
  return SizeOfReply(request, CountGroups(request));
}

}  // namespace advantaged
