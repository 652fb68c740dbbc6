#include "core/engine/request_tables.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "core/methods/failure.h"

namespace advantaged {

FloatPair RequestTables::Entry(const Parameters& parameters, std::uint32_t n, std::uint32_t c) {
  return n > kMaxTableSize ? EvaluateEntry(row_, parameters, n, c) : Of(parameters, n).entries[c];
}

const Table& RequestTables::Of(const Parameters& parameters, std::uint32_t n) {
  std::shared_ptr<const Table>& table = tables_[{n, parameters.k}];
  if (table == nullptr) {
    table = TableCache::Global().Get(row_, parameters, n);
    if (negative_n_ == 0 && table->first_negative_correct > 0) {
      negative_n_ = n;
      negative_c_ = table->first_negative_correct;
    }
  }
  return *table;
}

bool RequestTables::Holds(const Parameters& parameters, std::uint32_t n, std::uint32_t c) {
  if (row_.cost == nullptr) return true;
  const bool whole = n <= kMaxTableSize;
  const auto known = holds_.find({n, parameters.k});
  if (known != holds_.end()) return known->second;
  if (!Afford((whole ? std::size_t{n} + 1 : 1) * row_.cost(n, parameters))) return false;
  std::uint32_t undefined = 0;
  const auto counts = [&](std::uint32_t correct) {
    const std::uint32_t k = std::min(parameters.k, n);
    return MakeCounts(n, correct, 0, FailureWithout(n, k, correct));
  };
  if (row_.refuse_undefined != nullptr) {
    if (whole) {
      undefined = Of(parameters, n).first_undefined;
    } else if (!std::isfinite(row_.factor(counts(c), parameters).correct)) {
      undefined = c;
    }
  }
  if (whole) holds_[{n, parameters.k}] = undefined == 0;
  if (undefined > 0) row_.refuse_undefined(counts(undefined), parameters, violations_);
  return undefined == 0;
}

bool RequestTables::Afford(std::size_t cost) {
  const bool exhausted = cost_ > kMaxTableCost;
  cost_ += cost;
  if (cost_ <= kMaxTableCost) return true;
  if (!exhausted) {
    violations_.Add(Concat("method.", row_.name),
                    Concat("takes more than ", kMaxTableCost,
                           " operations for this batch: once for every c of each of its group"
                           " sizes; split the batch"));
  }
  return false;
}

void RequestTables::Warn(std::vector<Warning>& warnings) const {
  if (negative_n_ == 0) return;
  warnings.push_back(
      {WarningCode::kNegativeAdvantageOfCorrect,
       Concat(row_.name, ": the advantage of correct responses is below 0 from c = ", negative_c_,
              " of n = ", negative_n_, ", so they are pushed down there"),
       0, negative_c_});
}

}  // namespace advantaged
