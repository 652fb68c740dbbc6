// The caller's own table: any method on outcomes, without a new server.
//
//   A₊ = advantage_correct[c],   A₋ = advantage_wrong[c]   of the table sent for n
//
// A constant group gets what was sent for it.
#include <algorithm>

#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {
    {.name = "tables",
     .description = "one table per group size n: A+ and A- for c = 0 .. n",
     .type = ParameterType::kTables,
     .example = "(4,(0,1,2,3,4),(-1,-2,-3,-4,-5))"}};

bool HasSize(std::uint32_t n, const Parameters& p) {
  return std::ranges::find(*p.tables, n, &OutcomeTable::n) != p.tables->end();
}

Pair Table(const Counts& g, const Parameters& p) {
  const auto table = std::find_if(p.tables->begin(), p.tables->end(),
                                  [&](const OutcomeTable& t) { return t.n == g.n; });
  const auto c = static_cast<std::size_t>(g.c);
  return {table->advantage_correct[c], table->advantage_wrong[c]};
}

}  // namespace

const MethodRow kCustomTable{
    .name = "custom_table",
    .equation = "A+ = advantage_correct[c], A- = advantage_wrong[c] of the table for n",
    .source = "the caller",
    .input = MethodInput::kOutcomes,
    .constant_group = ConstantGroup::kFormula,
    .parameters = kParameters,
    .smallest_group = AnyGroup,
    .table = Table,
    .has_size = HasSize};

}  // namespace advantaged
