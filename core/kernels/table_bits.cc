#include <bit>
#include <cstring>

#include "core/kernels/table.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/table_bits.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

#include "core/kernels/table-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

static_assert(std::endian::native == std::endian::little, "eight bytes are read as one number");

using Unsigned = hn::RebindToUnsigned<Floats>;

// Bits that an unaligned read of eight bytes has for any place, and whole vectors of them.
inline constexpr std::size_t kRead = 48;
static_assert(kRead % kWidth == 0);

// `n` ≤ kRead bits from `first`.
HWY_INLINE std::uint64_t ReadBits(std::span<const std::uint8_t> bits, std::size_t first,
                                  std::size_t n) {
  const std::size_t byte = first / 8;
  std::uint64_t word = 0;
  if (byte + sizeof word <= bits.size()) {
    std::memcpy(&word, bits.data() + byte, sizeof word);
  } else if (byte < bits.size()) {
    std::memcpy(&word, bits.data() + byte, bits.size() - byte);
  }
  return (word >> (first % 8)) & ((std::uint64_t{1} << n) - 1);
}

HWY_INLINE std::size_t CountOfGroup(std::span<const std::uint8_t> bits, std::size_t first,
                                    std::size_t n) {
  std::size_t ones = 0;
  for (std::size_t i = 0; i < n; i += kRead) {
    ones += hwy::PopCount(ReadBits(bits, first + i, HWY_MIN(kRead, n - i)));
  }
  return ones;
}

// `n` ≤ kRead advantages.
HWY_INLINE void SelectBits(std::uint64_t bits, std::size_t n, FloatPair pair, float* out,
                           const float* out_end) {
  const Floats d;
  const Unsigned du;
  const auto lane_bits = hn::Shl(hn::Set(du, 1U), hn::Iota(du, 0U));
  for (std::size_t i = 0; i < n; i += kWidth) {
    const auto lanes = hn::Set(du, static_cast<std::uint32_t>(bits >> i));
    const FloatMask is_one = hn::RebindMask(d, hn::TestBit(lanes, lane_bits));
    const FloatVector v = hn::IfThenElse(is_one, hn::Set(d, pair.correct), hn::Set(d, pair.wrong));
    StoreShort(v, out + i, HWY_MIN(kWidth, n - i), out_end);
  }
}

HWY_INLINE std::size_t SelectOfGroup(std::span<const std::uint8_t> bits, std::size_t first,
                                     std::size_t n, const FloatPair* entries, float* out,
                                     const float* out_end) {
  if (n <= kRead) {
    const std::uint64_t word = ReadBits(bits, first, n);
    const std::size_t ones = hwy::PopCount(word);
    SelectBits(word, n, entries[ones], out, out_end);
    return ones;
  }
  const std::size_t ones = CountOfGroup(bits, first, n);
  for (std::size_t i = 0; i < n; i += kRead) {
    const std::size_t some = HWY_MIN(kRead, n - i);
    SelectBits(ReadBits(bits, first + i, some), some, entries[ones], out + i, out_end);
  }
  return ones;
}

// All that the loop reads is copied before it: what a vector is stored to might be any of it.
template <bool kSelect, bool kUniform>
HWY_INLINE void GroupsOfBits(const RewardBits bits, const TableTask& task) {
  const GroupPlaces groups = task.groups;
  const std::size_t count = groups.count();
  const FloatPair* const* tables = task.tables;
  const FloatPair* entries = kSelect && kUniform ? tables[0] : nullptr;
  std::uint32_t* counts = task.counts;
  float* out = task.out;
  const float* out_end = kSelect ? out + groups.responses() : nullptr;
  for (std::size_t g = 0; g < count; ++g) {
    const std::size_t n = kUniform ? groups.uniform_size() : groups.size(g);
    const std::size_t at = kUniform ? g * n : groups.offset(g);
    std::size_t ones = 0;
    if constexpr (kSelect) {
      ones = SelectOfGroup(bits.bytes, bits.first + at, n, kUniform ? entries : tables[g], out + at,
                           out_end);
    } else {
      ones = CountOfGroup(bits.bytes, bits.first + at, n);
    }
    counts[g] = static_cast<std::uint32_t>(ones);
  }
}

template <bool kSelect>
HWY_INLINE void OverBits(const RewardBits& bits, const TableTask& task) {
  task.groups.uniform_size() > 0 ? GroupsOfBits<kSelect, true>(bits, task)
                                 : GroupsOfBits<kSelect, false>(bits, task);
}

void SelectBitsByCount(const RewardBits& bits, const TableTask& task) {
  OverBits<true>(bits, task);
}
void CountBits(const RewardBits& bits, const TableTask& task) { OverBits<false>(bits, task); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(SelectBitsByCount);
HWY_EXPORT(CountBits);

void CountOnes(const RewardBits& bits, const GroupPlaces& groups, std::span<std::uint32_t> counts) {
  HWY_DYNAMIC_DISPATCH(CountBits)(bits, {groups, nullptr, nullptr, counts.data()});
}

void SelectByCount(const RewardBits& bits, const GroupPlaces& groups, GroupTables tables,
                   std::span<float> out, std::span<std::uint32_t> counts) {
  HWY_DYNAMIC_DISPATCH(SelectBitsByCount)
  (bits, {groups, tables.data(), out.data(), counts.data()});
}

}  // namespace advantaged
#endif  // HWY_ONCE
