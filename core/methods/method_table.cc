#include "core/methods/method_table.h"

#include <algorithm>

#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr const MethodRow* kRows[] = {
#define METHOD(row, file) &k##row,
#include "core/methods/methods.inc"
#undef METHOD
};

}  // namespace

std::span<const MethodRow* const> MethodTable() { return kRows; }

const MethodRow* FindMethod(std::string_view name) {
  const auto* const row = std::ranges::find_if(
      kRows, [&](const MethodRow* candidate) { return candidate->name == name; });
  return row == std::end(kRows) ? nullptr : *row;
}

}  // namespace advantaged
