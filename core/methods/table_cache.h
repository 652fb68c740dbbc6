// Tables over c, built once per method, parameters and n, rounded to float32 and shared by all
// calls.
#ifndef ADVANTAGED_CORE_METHODS_TABLE_CACHE_H_
#define ADVANTAGED_CORE_METHODS_TABLE_CACHE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/kernels/table.h"
#include "core/methods/method.h"

namespace advantaged {

// A₊ and A₋ for c = 0 … n.
struct Table {
  std::vector<FloatPair> entries;
  // The smallest 0 < c < n with A₊ < 0, or 0.
  std::uint32_t first_negative_correct = 0;
  // The smallest 0 < c < n where the method is not finite in double, or 0.
  std::uint32_t first_undefined = 0;
};

// Most that the tables of one request may cost (MethodRow::cost): at most about a quarter of a
// second.
inline constexpr std::size_t kMaxTableCost = std::size_t{1} << 24;

// Evaluates the method once for (n, c). Any n.
FloatPair EvaluateEntry(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                        std::uint32_t c);

// A₊ and A₋ for c = 0 … n before rounding, n ≤ kMaxTableSize. O(n). `before_each`, unless it is
// empty, is called before each entry and may end the evaluation by an exception.
std::vector<Pair> EvaluateTable(const MethodRow& row, const Parameters& parameters, std::uint32_t n,
                                const std::function<void()>& before_each = {});

// That table, rounded.
Table BuildTable(const MethodRow& row, const Parameters& parameters, std::uint32_t n);

// A bounded cache of tables, least recently used out first. Thread-safe.
class TableCache {
 public:
  explicit TableCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // The table of the method for n ≤ kMaxTableSize. The caller's own tables (`parameters.tables`)
  // are not kept.
  std::shared_ptr<const Table> Get(const MethodRow& row, const Parameters& parameters,
                                   std::uint32_t n);

  std::size_t bytes() const;

  // The one of this process, of 64 MiB.
  static TableCache& Global();

 private:
  // All that a table depends on; the row's address is its identity. Parameters are finite, so that
  // they are in order.
  struct Key {
    const MethodRow* row;
    std::uint32_t n;
    Parameters parameters;
    auto operator<=>(const Key&) const = default;
  };
  struct Entry {
    Key key;
    std::shared_ptr<const Table> table;
    std::size_t bytes() const;
  };

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> recent_;  // most recently used first
  std::map<Key, std::list<Entry>::iterator> index_;
  std::size_t bytes_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_TABLE_CACHE_H_
