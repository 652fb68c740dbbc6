// The rows that the files of this folder define.
#ifndef ADVANTAGED_CORE_METHODS_ROWS_H_
#define ADVANTAGED_CORE_METHODS_ROWS_H_

#include "core/methods/method.h"

namespace advantaged {

#define METHOD(row, file) extern const MethodRow k##row;
#include "core/methods/methods.inc"
#undef METHOD

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_ROWS_H_
