// How large a request is, and the reply it asks for: 2 MiB of bits can ask for the statistics of
// sixteen million groups.
#ifndef ADVANTAGED_SERVER_CODEC_REPLY_SIZE_H_
#define ADVANTAGED_SERVER_CODEC_REPLY_SIZE_H_

#include <cstddef>
#include <cstdint>

namespace advantaged {

namespace v1 {
class ComputeAdvantagesRequest;
}

// Larger replies are refused. Protobuf has no messages of 2 GiB, and gRPC aborts the process that
// tries to send one.
inline constexpr std::size_t kMaxReplyBytes = 1U << 30;

// Of a request, as far as it can be told before it is checked.
std::size_t CountResponses(const v1::ComputeAdvantagesRequest& request);

// What there is much of in a reply: advantages and the statistics of groups.
struct ReplySize {
  std::size_t floats = 0;
  std::size_t integers = 0;  // and enum values
  std::size_t doubles = 0;

  std::size_t bytes() const {
    return floats * sizeof(float) + integers * sizeof(std::uint32_t) + doubles * sizeof(double);
  }
};

// Upper bounds, for a batch of so many groups.
ReplySize SizeOfReply(const v1::ComputeAdvantagesRequest& request, std::size_t groups);

// The same before the request is checked. Ids of groups are not looked at: there are as many groups
// as `expected_group_size` makes of the responses, or, without it and where groups may be smaller,
// as many as responses.
ReplySize SizeOfReply(const v1::ComputeAdvantagesRequest& request);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_REPLY_SIZE_H_
