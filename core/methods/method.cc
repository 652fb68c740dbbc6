#include "core/methods/method.h"

#include "core/methods/base.h"

namespace advantaged {

Pair TableEntry(const MethodRow& row, const Counts& counts, const Parameters& parameters) {
  const bool none_correct = counts.c == 0;
  const bool all_correct = counts.c == counts.n;
  if ((none_correct || all_correct) && row.zero_if_constant(parameters)) return {0, 0};
  Pair entry{};
  if (row.factor != nullptr) {
    const Pair factor = row.factor(counts, parameters);
    const Pair base = BaseTable(row.base(parameters), counts);
    entry = {factor.correct * base.correct, factor.wrong * base.wrong};
  } else {
    entry = row.table(counts, parameters);
  }
  if (none_correct) entry.correct = 0;
  if (all_correct) entry.wrong = 0;
  return entry;
}

}  // namespace advantaged
