#include "client/cpp/encoding.h"

#include <google/protobuf/io/coded_stream.h>

#include <bit>
#include <cstring>

namespace advantaged::client {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are copied as they are");

using google::protobuf::io::CodedOutputStream;
using Request = v1::ComputeAdvantagesRequest;

// Writes fields of the wire format.
class FieldWriter {
 public:
  explicit FieldWriter(RequestBytes& out) : out_(out) {}

  void Number(int field, std::uint32_t value) {
    constexpr std::uint32_t kVarint = 0;
    Varint(static_cast<std::uint32_t>(field) << 3 | kVarint);
    Varint(value);
  }

  // Of a field of so many bytes, which are to be written.
  char* Bytes(int field, std::size_t size) {
    constexpr std::uint32_t kLengthDelimited = 2;
    Varint(static_cast<std::uint32_t>(field) << 3 | kLengthDelimited);
    Varint(static_cast<std::uint32_t>(size));
    return out_.Extend(size);
  }

 private:
  void Varint(std::uint32_t value) {
    auto* begin =
        reinterpret_cast<std::uint8_t*>(out_.Extend(CodedOutputStream::VarintSize32(value)));
    CodedOutputStream::WriteVarint32ToArray(value, begin);
  }

  RequestBytes& out_;
};

// Bit i is get(i).
template <typename Get>
void WriteBits(std::size_t rows, const Get& get, char* out) {
  const auto byte_of = [&](std::size_t row, std::size_t count) {
    unsigned byte = 0;
    for (std::size_t i = 0; i < count; ++i) byte |= static_cast<unsigned>(get(row + i)) << i;
    return static_cast<char>(byte);
  };
  // Eight of them at a time, which the compiler unrolls.
  const std::size_t whole = rows / 8 * 8;
  for (std::size_t row = 0; row < whole; row += 8) *out++ = byte_of(row, 8);
  if (whole < rows) *out = byte_of(whole, rows - whole);
}

template <typename Value>
void WriteArray(int field, std::span<const Value> values, FieldWriter& writer) {
  if (values.empty()) return;
  std::memcpy(writer.Bytes(field, values.size_bytes()), values.data(), values.size_bytes());
}

void WriteRewards(const Batch& batch, const Forms& forms, FieldWriter& writer) {
  if (!forms.reward_bits) return WriteArray(Request::kRewardsFieldNumber, batch.rewards, writer);
  const std::size_t rows = batch.rewards.size();
  writer.Number(Request::kResponseCountFieldNumber, static_cast<std::uint32_t>(rows));
  char* bits = writer.Bytes(Request::kRewardBitsFieldNumber, BitmapBytes(rows));
  WriteBits(
      rows, [&](std::size_t i) { return IsOne(batch.rewards[i]); }, bits);
}

void WriteMask(int field, const Mask& mask, FieldWriter& writer) {
  if (mask.is_bitmap()) return WriteArray(field, mask.bytes(), writer);
  if (mask.empty()) return;
  const std::size_t rows = mask.values().size();
  char* bits = writer.Bytes(field, BitmapBytes(rows));
  WriteBits(
      rows, [&](std::size_t i) { return mask.values()[i]; }, bits);
}

}  // namespace

std::size_t MostArrayBytes(const Batch& batch, const Forms& forms) {
  constexpr std::size_t kTagsAndNumbers = 64;
  std::size_t bytes = kTagsAndNumbers;
  bytes += forms.reward_bits ? BitmapBytes(batch.rewards.size()) : batch.rewards.size_bytes();
  for (const auto& array :
       {batch.group_sizes, batch.group_ids, batch.lengths, batch.trajectory_ids}) {
    bytes += array.size_bytes();
  }
  for (const Mask& mask : {batch.valid, batch.outcomes}) {
    bytes += mask.is_bitmap() ? mask.bytes().size() : BitmapBytes(mask.values().size());
  }
  return bytes;
}

void WriteArrays(const Batch& batch, const Forms& forms, RequestBytes& out) {
  FieldWriter writer(out);
  WriteRewards(batch, forms, writer);
  if (forms.reply_per_group) {
    writer.Number(Request::kReplyFormFieldNumber, v1::REPLY_FORM_ADVANTAGES_PER_GROUP);
  }
  if (batch.group_size) writer.Number(Request::kGroupSizeFieldNumber, *batch.group_size);
  WriteArray(Request::kGroupSizesFieldNumber, batch.group_sizes, writer);
  WriteArray(Request::kGroupIdsFieldNumber, batch.group_ids, writer);
  WriteArray(Request::kLengthsFieldNumber, batch.lengths, writer);
  WriteArray(Request::kTrajectoryIdsFieldNumber, batch.trajectory_ids, writer);
  WriteMask(Request::kValidFieldNumber, batch.valid, writer);
  WriteMask(Request::kOutcomesFieldNumber, batch.outcomes, writer);
}

}  // namespace advantaged::client
