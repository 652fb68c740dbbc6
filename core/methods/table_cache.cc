#include "core/methods/table_cache.h"

#include <cmath>
#include <utility>

#include "core/methods/failure.h"

namespace advantaged {
namespace {

// Adding +0 turns −0 into 0.
FloatPair Rounded(const Pair& pair) {
  return {static_cast<float>(pair.correct) + 0.0F, static_cast<float>(pair.wrong) + 0.0F};
}

// Biased Pass@K alone takes a K above n; it does not use f±, so any K will do for them.
std::uint32_t LadderK(const Parameters& parameters, std::uint32_t n) {
  return parameters.k <= n ? parameters.k : n;
}

}  // namespace

FloatPair EvaluateEntry(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                        std::uint32_t c) {
  const std::uint32_t k = LadderK(parameters, n);
  const double f_correct = c == 0 ? 0 : FailureWithout(n, k, c - 1);
  return Rounded(TableEntry(row, MakeCounts(n, c, f_correct, FailureWithout(n, k, c)), parameters));
}

std::vector<Pair> EvaluateTable(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                                const std::function<void()>& before_each) {
  const std::vector<double> f = FailureLadder(n, LadderK(parameters, n));
  std::vector<Pair> entries;
  entries.reserve(std::size_t{n} + 1);
  for (std::uint32_t c = 0; c <= n; ++c) {
    if (before_each) before_each();
    const Counts counts = MakeCounts(n, c, c == 0 ? 0 : f[c - 1], f[c]);
    entries.push_back(TableEntry(row, counts, parameters));
  }
  return entries;
}

Table BuildTable(const MethodRow& row, const Parameters& parameters, std::uint32_t n) {
  Table table;
  table.entries.reserve(std::size_t{n} + 1);
  for (const Pair& pair : EvaluateTable(row, parameters, n)) {
    const auto c = static_cast<std::uint32_t>(table.entries.size());
    table.entries.push_back(Rounded(pair));
    if (c == 0 || c == n) continue;
    const bool negative = table.entries[c].correct < 0;
    if (negative && table.first_negative_correct == 0) table.first_negative_correct = c;
    const bool defined = std::isfinite(pair.correct) && std::isfinite(pair.wrong);
    if (!defined && table.first_undefined == 0) table.first_undefined = c;
  }
  return table;
}

std::shared_ptr<const Table> TableCache::Get(const MethodRow& row, const Parameters& parameters,
                                             std::uint32_t n) {
  if (parameters.tables != nullptr) return std::make_shared<Table>(BuildTable(row, parameters, n));
  Key key{&row, n, parameters};
  {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found != index_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return found->second->table;
    }
  }
  auto table = std::make_shared<const Table>(BuildTable(row, parameters, n));
  const std::lock_guard lock(mutex_);
  if (index_.contains(key)) return table;  // another call was faster with the same
  recent_.push_front({key, table});
  bytes_ += recent_.front().bytes();
  index_.emplace(std::move(key), recent_.begin());
  while (bytes_ > max_bytes_ && recent_.size() > 1) {
    bytes_ -= recent_.back().bytes();
    index_.erase(recent_.back().key);
    recent_.pop_back();
  }
  return table;
}

std::size_t TableCache::Entry::bytes() const {
  const std::size_t formula =
      key.parameters.formula != nullptr ? key.parameters.formula->bytes() : 0;
  return table->entries.capacity() * sizeof(FloatPair) + formula + 2 * sizeof(Key) + 256;
}

std::size_t TableCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

TableCache& TableCache::Global() {
  static TableCache cache(std::size_t{64} << 20);
  return cache;
}

}  // namespace advantaged
