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

// The arrays of some rows of a batch: row i of theirs is row `row_of(i)` of the batch's.
template <typename RowOf>
class ArrayWriter {
 public:
  ArrayWriter(const Batch& batch, RowOf row_of, RequestBytes& out)
      : batch_(batch), row_of_(row_of), out_(out) {}

  void Rewards(const Forms& forms, std::size_t rows) {
    if (forms.reward_bits) {
      out_.Number(Request::kResponseCountFieldNumber, static_cast<std::uint32_t>(rows));
      char* bits = out_.Bytes(Request::kRewardBitsFieldNumber, BitmapBytes(rows));
      WriteBits(
          rows, [&](std::size_t i) { return IsOne(batch_.rewards[row_of_(i)]); }, bits);
    } else {
      Array(Request::kRewardsFieldNumber, batch_.rewards, rows);
    }
    if (forms.reply_per_group) {
      out_.Number(Request::kReplyFormFieldNumber, v1::REPLY_FORM_ADVANTAGES_PER_GROUP);
    }
  }

  template <typename Value>
  void Array(int field, std::span<const Value> values, std::size_t rows) {
    if (values.empty()) return;
    char* out = out_.Bytes(field, rows * sizeof(Value));
    if constexpr (RowOf::kContiguous) {
      std::memcpy(out, values.data() + row_of_(0), rows * sizeof(Value));
    } else {
      for (std::size_t i = 0; i < rows; ++i, out += sizeof(Value)) {
        std::memcpy(out, &values[row_of_(i)], sizeof(Value));
      }
    }
  }

  void Bitmap(int field, const Mask& mask, std::size_t rows) {
    if (mask.empty()) return;
    char* out = out_.Bytes(field, BitmapBytes(rows));
    WriteBits(
        rows, [&](std::size_t i) { return mask[row_of_(i)]; }, out);
  }

  // Of contiguous groups.
  void Sizes(std::size_t first_group, std::size_t groups) {
    if (batch_.group_size) out_.Number(Request::kGroupSizeFieldNumber, *batch_.group_size);
    if (batch_.group_sizes.empty()) return;
    char* out = out_.Bytes(Request::kGroupSizesFieldNumber, groups * sizeof(std::uint32_t));
    std::memcpy(out, &batch_.group_sizes[first_group], groups * sizeof(std::uint32_t));
  }

  // A bitmap of the whole batch as the caller has it.
  void Copy(int field, std::span<const std::uint8_t> bytes) {
    if (!bytes.empty()) std::memcpy(out_.Bytes(field, bytes.size()), bytes.data(), bytes.size());
  }

 private:
  const Batch& batch_;
  RowOf row_of_;
  FieldWriter out_;
};

struct Contiguous {
  static constexpr bool kContiguous = true;
  std::size_t first;
  std::size_t operator()(std::size_t i) const { return first + i; }
};

struct Gathered {
  static constexpr bool kContiguous = false;
  std::span<const std::uint32_t> rows;
  std::size_t operator()(std::size_t i) const { return rows[i]; }
};

template <typename RowOf>
void WritePart(const Batch& batch, const Forms& forms, const Part& part, RowOf row_of,
               RequestBytes& out) {
  ArrayWriter writer(batch, row_of, out);
  const std::size_t rows = part.row_count;
  writer.Rewards(forms, rows);
  writer.Sizes(part.first_group, part.groups);
  writer.Array(Request::kGroupIdsFieldNumber, batch.group_ids, rows);
  writer.Array(Request::kLengthsFieldNumber, batch.lengths, rows);
  writer.Array(Request::kTrajectoryIdsFieldNumber, batch.trajectory_ids, rows);
  writer.Bitmap(Request::kValidFieldNumber, batch.valid, rows);
  writer.Bitmap(Request::kOutcomesFieldNumber, batch.outcomes, rows);
}

}  // namespace

void WriteArrays(const Batch& batch, const Forms& forms, const Part& part, RequestBytes& out) {
  if (part.rows.empty()) {
    WritePart(batch, forms, part, Contiguous{part.first_row}, out);
  } else {
    WritePart(batch, forms, part, Gathered{part.rows}, out);
  }
}

void WriteArrays(const Batch& batch, const Forms& forms, RequestBytes& out) {
  ArrayWriter writer(batch, Contiguous{0}, out);
  writer.Rewards(forms, batch.rewards.size());
  writer.Sizes(0, batch.group_sizes.size());
  writer.Array(Request::kGroupIdsFieldNumber, batch.group_ids, batch.group_ids.size());
  writer.Array(Request::kLengthsFieldNumber, batch.lengths, batch.lengths.size());
  writer.Array(Request::kTrajectoryIdsFieldNumber, batch.trajectory_ids,
               batch.trajectory_ids.size());
  const std::pair<int, Mask> masks[] = {{Request::kValidFieldNumber, batch.valid},
                                        {Request::kOutcomesFieldNumber, batch.outcomes}};
  for (const auto& [field, mask] : masks) {
    writer.Copy(field, mask.bytes());
    if (!mask.is_bitmap()) writer.Bitmap(field, mask, mask.values().size());
  }
}

}  // namespace advantaged::client
