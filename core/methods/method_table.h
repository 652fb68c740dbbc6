// Which methods exist. Validation, ListMethods, metric labels, the documentation and the tests loop
// over this table.
#ifndef ADVANTAGED_CORE_METHODS_METHOD_TABLE_H_
#define ADVANTAGED_CORE_METHODS_METHOD_TABLE_H_

#include <span>
#include <string_view>

#include "core/methods/method.h"

namespace advantaged {

// All rows, in the order of the documentation.
std::span<const MethodRow* const> MethodTable();

// The row of that name, or null.
const MethodRow* FindMethod(std::string_view name);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_METHOD_TABLE_H_
