#include "server/grpc/rpc/reply_bytes.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpc/slice.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "server/grpc/rpc/message_bytes.h"

namespace advantaged {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

static_assert(std::endian::native == std::endian::little, "floats are sent as they are");

// Packed floats and bytes of floats look alike.
int FieldOf(v1::ReplyForm form) {
  using Response = v1::ComputeAdvantagesResponse;
  switch (form) {
    case v1::REPLY_FORM_ADVANTAGES_FLOAT32_LE:
      return Response::kAdvantagesFloat32LeFieldNumber;
    case v1::REPLY_FORM_ADVANTAGES_PER_GROUP:
      return Response::kAdvantagesPerGroupFieldNumber;
    default:
      return Response::kAdvantagesFieldNumber;
  }
}

}  // namespace

std::span<float> ReplyBytes::Make(v1::ReplyForm form, std::size_t size) {
  if (size == 0) return {};
  const std::size_t bytes = size * sizeof(float);
  std::array<std::uint8_t, 16> head{};
  std::uint8_t* end = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(FieldOf(form), WireFormatLite::WIRETYPE_LENGTH_DELIMITED),
      head.data());
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<std::uint32_t>(bytes), end);
  head_.assign(head.data(), end);
  // Not a small slice, whose bytes would move with it.
  constexpr std::size_t kInlined = GRPC_SLICE_INLINED_SIZE;
  grpc_slice memory = bytes <= kInlined ? grpc_slice_malloc_large(bytes) : NewBytes(bytes);
  advantages_ = grpc::Slice(memory, grpc::Slice::STEAL_REF);
  return {reinterpret_cast<float*>(GRPC_SLICE_START_PTR(memory)), size};
}

grpc::ByteBuffer ReplyBytes::With(const v1::ComputeAdvantagesResponse& rest) const {
  const std::size_t size = rest.ByteSizeLong();
  grpc_slice memory = NewBytes(size + head_.size());
  std::uint8_t* end = rest.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(memory));
  std::copy(head_.begin(), head_.end(), end);
  const grpc::Slice slices[] = {grpc::Slice(memory, grpc::Slice::STEAL_REF), advantages_};
  return {slices, head_.empty() ? 1U : 2U};
}

}  // namespace advantaged
