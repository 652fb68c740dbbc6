#include "core/treatment.h"

#include <algorithm>

namespace advantaged {
namespace {

// The method with K lowered to the largest that n allows; nothing if even that is too large.
std::optional<Parameters> Clamped(const ResolvedMethod& method, std::uint32_t n) {
  const std::uint32_t needed = method.row->smallest_group(method.parameters);
  Parameters clamped = method.parameters;
  if (needed <= n || needed - n >= clamped.k) return {};
  clamped.k -= needed - n;
  if (method.row->smallest_group(clamped) > n) return {};
  return clamped;
}

}  // namespace

Treatment TreatmentOf(const ResolvedMethod& method, const Options& options, std::uint32_t declared,
                      std::uint32_t valid, bool incomplete) {
  const std::uint32_t needed = method.row->smallest_group(method.parameters);
  const bool works = valid >= needed && (!incomplete || HasTable(method.parameters, valid));
  if (works) return {.parameters = method.parameters};
  const bool small = valid < needed && declared >= needed;
  switch (small ? options.small_group : options.declared_small_group) {
    case SmallGroupPolicy::kError:
      return {.parameters = {}, .small = small, .refused = true};
    case SmallGroupPolicy::kClampK:
      return {.parameters = Clamped(method, valid), .small = small};
    case SmallGroupPolicy::kRaw:
      return {.parameters = {}, .raw = true, .small = small};
    case SmallGroupPolicy::kZero:
      break;
  }
  return {.parameters = {}, .small = small};
}

bool HasTable(const Parameters& parameters, std::uint32_t n) {
  return parameters.tables == nullptr ||
         std::ranges::find(*parameters.tables, n, &OutcomeTable::n) != parameters.tables->end();
}

}  // namespace advantaged
