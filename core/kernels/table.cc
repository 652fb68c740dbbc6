#include "core/kernels/table.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/table.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target

#include "core/kernels/table-inl.h"

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

// Groups `begin` to `end`; what they hold beside 0 and 1 goes to `rest`.
template <bool kSelect>
HWY_INLINE void Part(const TableTask& task, std::size_t begin, std::size_t end, NonBinary& rest) {
  switch (task.groups.uniform_size()) {
    case 0:
      return OneByOne<kSelect, false>(task, begin, end, rest);
    case 1:
      return Together<kSelect, 1>(task, begin, end, rest);
    case 2:
      return Together<kSelect, 2>(task, begin, end, rest);
    case 3:
      return Together<kSelect, 3>(task, begin, end, rest);
    case 4:
      return Together<kSelect, 4>(task, begin, end, rest);
    case 5:
      return Together<kSelect, 5>(task, begin, end, rest);
    case 6:
      return Together<kSelect, 6>(task, begin, end, rest);
    case 7:
      return Together<kSelect, 7>(task, begin, end, rest);
    case 8:
      return Together<kSelect, 8>(task, begin, end, rest);
    default:
      return OneByOne<kSelect, true>(task, begin, end, rest);
  }
}

HWY_INLINE bool IsBinary(std::span<const float> rewards) {
  return std::ranges::all_of(rewards, [](float r) { return r == 0 || r == 1; });
}

// Parts of the groups, up to the first that holds anything but 0 and 1, which is then looked
// through group by group. Parts begin small, since little of the first may be of use, and grow.
template <bool kSelect>
HWY_INLINE std::size_t UntilNonBinary(const TableTask& task) {
  constexpr std::size_t kFirst = 1024;
  constexpr std::size_t kLast = 65536;
  const GroupPlaces& groups = task.groups;
  const std::size_t mean_size = groups.responses() / HWY_MAX(groups.count(), 1) + 1;
  std::size_t begin = 0;
  for (std::size_t rewards = kFirst; begin < groups.count();
       rewards = HWY_MIN(4 * rewards, kLast)) {
    const std::size_t end = HWY_MIN(groups.count(), begin + rewards / mean_size + 1);
    NonBinary rest;
    Part<kSelect>(task, begin, end, rest);
    if (rest.Any()) {
      while (begin < end && IsBinary(groups.rewards(begin))) ++begin;
      return begin;
    }
    begin = end;
  }
  return begin;
}

std::size_t Select(const TableTask& task) { return UntilNonBinary<true>(task); }
std::size_t Count(const TableTask& task) { return UntilNonBinary<false>(task); }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(Select);
HWY_EXPORT(Count);

std::size_t CountOnes(const GroupPlaces& groups, std::span<std::uint32_t> counts) {
  return HWY_DYNAMIC_DISPATCH(Count)({groups, nullptr, nullptr, counts.data()});
}

std::size_t SelectByCount(const GroupPlaces& groups, GroupTables tables, std::span<float> out,
                          std::span<std::uint32_t> counts) {
  return HWY_DYNAMIC_DISPATCH(Select)({groups, tables.data(), out.data(), counts.data()});
}

}  // namespace advantaged
#endif  // HWY_ONCE
