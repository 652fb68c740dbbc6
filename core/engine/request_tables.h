// The tables that one request uses, and what they cost it.
#ifndef ADVANTAGED_CORE_ENGINE_REQUEST_TABLES_H_
#define ADVANTAGED_CORE_ENGINE_REQUEST_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/methods/table_cache.h"

namespace advantaged {

class RequestTables {
 public:
  // Views of both are kept.
  RequestTables(const MethodRow& row, Violations& violations)
      : row_(row), violations_(violations) {}

  // For methods with MethodRow::cost: counts what the table of n costs, once, above kMaxTableSize
  // the entry at c. False, with a violation, if that is too much for one request, or if the method
  // is not finite for some 0 < c < n, above kMaxTableSize for this c. Others hold.
  bool Holds(const Parameters& parameters, std::uint32_t n, std::uint32_t c);
  FloatPair Entry(const Parameters& parameters, std::uint32_t n, std::uint32_t c);
  // Warns of tables that push correct responses down.
  void Warn(std::vector<Warning>& warnings) const;

 private:
  using Key = std::pair<std::uint32_t, std::uint32_t>;  // n and k

  // Of a size up to kMaxTableSize.
  const Table& Of(const Parameters& parameters, std::uint32_t n);
  bool Afford(std::size_t cost);

  const MethodRow& row_;
  Violations& violations_;
  std::map<Key, std::shared_ptr<const Table>> tables_;
  std::map<Key, bool> holds_;
  std::size_t cost_ = 0;
  std::uint32_t negative_n_ = 0;  // the first table with A₊ < 0, and where
  std::uint32_t negative_c_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_REQUEST_TABLES_H_
