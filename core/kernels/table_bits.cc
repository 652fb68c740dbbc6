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

void CountUniformBits(std::span<const std::uint8_t> bits, std::size_t first, std::size_t n,
                      std::span<std::uint32_t> counts) {
  for (std::size_t g = 0; g < counts.size(); ++g) {
    counts[g] = static_cast<std::uint32_t>(CountOfGroup(bits, first + g * n, n));
  }
}

void CountRaggedBits(std::span<const std::uint8_t> bits, const std::uint32_t* offsets,
                     std::span<std::uint32_t> counts) {
  for (std::size_t g = 0; g < counts.size(); ++g) {
    counts[g] =
        static_cast<std::uint32_t>(CountOfGroup(bits, offsets[g], offsets[g + 1] - offsets[g]));
  }
}

void SelectUniformBits(std::span<const std::uint8_t> bits, std::size_t first, std::size_t n,
                       const FloatPair* entries, float* out, std::span<std::uint32_t> counts) {
  const float* out_end = out + n * counts.size();
  for (std::size_t g = 0; g < counts.size(); ++g) {
    counts[g] = static_cast<std::uint32_t>(
        SelectOfGroup(bits, first + g * n, n, entries, out + g * n, out_end));
  }
}

void SelectRaggedBits(std::span<const std::uint8_t> bits, const std::uint32_t* offsets,
                      const FloatPair* const* tables, float* out, std::span<std::uint32_t> counts) {
  const float* out_end = out + (offsets[counts.size()] - offsets[0]);
  for (std::size_t g = 0; g < counts.size(); ++g) {
    counts[g] = static_cast<std::uint32_t>(SelectOfGroup(bits, offsets[g],
                                                         offsets[g + 1] - offsets[g], tables[g],
                                                         out + (offsets[g] - offsets[0]), out_end));
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(CountUniformBits);
HWY_EXPORT(CountRaggedBits);
HWY_EXPORT(SelectUniformBits);
HWY_EXPORT(SelectRaggedBits);

void CountBits(std::span<const std::uint8_t> bits, std::size_t first, std::uint32_t n,
               std::span<std::uint32_t> counts) {
  HWY_DYNAMIC_DISPATCH(CountUniformBits)(bits, first, n, counts);
}

void CountBits(std::span<const std::uint8_t> bits, std::span<const std::uint32_t> offsets,
               std::span<std::uint32_t> counts) {
  HWY_DYNAMIC_DISPATCH(CountRaggedBits)(bits, offsets.data(), counts);
}

void SelectFromBits(std::span<const std::uint8_t> bits, std::size_t first, std::uint32_t n,
                    std::span<const FloatPair> entries, std::span<float> out,
                    std::span<std::uint32_t> counts) {
  HWY_DYNAMIC_DISPATCH(SelectUniformBits)(bits, first, n, entries.data(), out.data(), counts);
}

void SelectFromBits(std::span<const std::uint8_t> bits, std::span<const std::uint32_t> offsets,
                    std::span<const FloatPair* const> tables, std::span<float> out,
                    std::span<std::uint32_t> counts) {
  HWY_DYNAMIC_DISPATCH(SelectRaggedBits)(bits, offsets.data(), tables.data(), out.data(), counts);
}

}  // namespace advantaged
#endif  // HWY_ONCE
