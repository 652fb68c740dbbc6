#include "core/kernels/table.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/table.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

#include "core/kernels/table-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

// Groups `begin` to `end` of one size; what they hold beside 0 and 1 goes to `strange`.
template <bool kSelect>
HWY_INLINE void Stretch(const UniformGroups& g, std::size_t begin, std::size_t end,
                        Strange& strange) {
  switch (g.n) {
    case 1:
      return Together<kSelect, 1>(g, begin, end, strange);
    case 2:
      return Together<kSelect, 2>(g, begin, end, strange);
    case 3:
      return Together<kSelect, 3>(g, begin, end, strange);
    case 4:
      return Together<kSelect, 4>(g, begin, end, strange);
    case 5:
      return Together<kSelect, 5>(g, begin, end, strange);
    case 6:
      return Together<kSelect, 6>(g, begin, end, strange);
    case 7:
      return Together<kSelect, 7>(g, begin, end, strange);
    case 8:
      return Together<kSelect, 8>(g, begin, end, strange);
    default:
      return OneByOne<kSelect>(g, begin, end, strange);
  }
}

// Calls stretch(begin, end) for stretches of groups, which returns whether they hold only 0 and 1;
// the first stretch that does not is looked through by is_binary(group). Stretches begin small,
// since little of the first may be of use, and grow.
template <class Function, class Predicate>
HWY_INLINE std::size_t UntilStrange(std::size_t groups, std::size_t mean_size, Function stretch,
                                    Predicate is_binary) {
  constexpr std::size_t kFirst = 1024;
  constexpr std::size_t kLast = 65536;
  std::size_t begin = 0;
  for (std::size_t rewards = kFirst; begin < groups; rewards = HWY_MIN(4 * rewards, kLast)) {
    const std::size_t end = HWY_MIN(groups, begin + rewards / mean_size + 1);
    if (!stretch(begin, end)) {
      while (begin < end && is_binary(begin)) ++begin;
      return begin;
    }
    begin = end;
  }
  return groups;
}

HWY_INLINE bool IsBinary(const float* rewards, std::size_t n) {
  return std::all_of(rewards, rewards + n, [](float r) { return r == 0 || r == 1; });
}

template <bool kSelect>
HWY_INLINE std::size_t Uniform(const UniformGroups& g) {
  return UntilStrange(
      g.count, g.n,
      [&](std::size_t begin, std::size_t end) HWY_ATTR {
        Strange strange;
        Stretch<kSelect>(g, begin, end, strange);
        return !strange.Any();
      },
      [&](std::size_t group) { return IsBinary(g.rewards + group * g.n, g.n); });
}

template <bool kSelect>
HWY_INLINE std::size_t Ragged(const RaggedGroups& g) {
  const std::size_t first = g.offsets[0];
  const std::size_t size = g.offsets[g.count] - first;
  const float* end_of_rewards = g.rewards + size;
  return UntilStrange(
      g.count, size / HWY_MAX(g.count, 1) + 1,
      [&](std::size_t begin, std::size_t end) HWY_ATTR {
        Strange strange;
        for (std::size_t i = begin; i < end; ++i) {
          const std::size_t at = g.offsets[i] - first;
          const std::size_t ones =
              OneGroup<kSelect>(g.rewards + at, g.offsets[i + 1] - g.offsets[i], end_of_rewards,
                                kSelect ? g.tables[i] : nullptr, g.out + (kSelect ? at : 0),
                                g.out + (kSelect ? size : 0), strange);
          if (g.counts != nullptr) g.counts[i] = static_cast<std::uint32_t>(ones);
        }
        return !strange.Any();
      },
      [&](std::size_t group) {
        return IsBinary(g.rewards + (g.offsets[group] - first),
                        g.offsets[group + 1] - g.offsets[group]);
      });
}

std::size_t SelectUniform(const UniformGroups& g) { return Uniform<true>(g); }
std::size_t CountUniform(const UniformGroups& g) { return Uniform<false>(g); }
std::size_t SelectRagged(const RaggedGroups& g) { return Ragged<true>(g); }
std::size_t CountRagged(const RaggedGroups& g) { return Ragged<false>(g); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(SelectUniform);
HWY_EXPORT(CountUniform);
HWY_EXPORT(SelectRagged);
HWY_EXPORT(CountRagged);

std::size_t SelectFromTable(std::span<const float> rewards, std::uint32_t n,
                            std::span<const FloatPair> entries, std::span<float> out,
                            std::span<std::uint32_t> counts) {
  return HWY_DYNAMIC_DISPATCH(SelectUniform)(
      {rewards.data(), n, rewards.size() / n, entries.data(), out.data(), counts.data()});
}

std::size_t CountOnes(std::span<const float> rewards, std::uint32_t n,
                      std::span<std::uint32_t> counts) {
  return HWY_DYNAMIC_DISPATCH(CountUniform)(
      {rewards.data(), n, rewards.size() / n, nullptr, nullptr, counts.data()});
}

std::size_t SelectFromTables(std::span<const float> rewards, std::span<const std::uint32_t> offsets,
                             std::span<const FloatPair* const> tables, std::span<float> out,
                             std::span<std::uint32_t> counts) {
  return HWY_DYNAMIC_DISPATCH(SelectRagged)({rewards.data(), offsets.data(), offsets.size() - 1,
                                             tables.data(), out.data(), counts.data()});
}

std::size_t CountOnes(std::span<const float> rewards, std::span<const std::uint32_t> offsets,
                      std::span<std::uint32_t> counts) {
  return HWY_DYNAMIC_DISPATCH(CountRagged)(
      {rewards.data(), offsets.data(), offsets.size() - 1, nullptr, nullptr, counts.data()});
}

}  // namespace advantaged
#endif  // HWY_ONCE
