// From what the caller typed to a method with checked parameters.
#ifndef ADVANTAGED_CORE_METHODS_RESOLVE_H_
#define ADVANTAGED_CORE_METHODS_RESOLVE_H_

#include "advantaged/advantaged.h"
#include "core/methods/method.h"

namespace advantaged {

struct ResolvedMethod {
  const MethodRow* row = nullptr;
  Parameters parameters;
  MethodSpec spec;  // with every default filled in; `parameters.tables` points into the spec that
                    // was resolved
};

// Adds a violation for each thing wrong: unknown method or parameter (with the closest known name),
// a missing, mistyped or out-of-range value, malformed tables. Paths are "method",
// "method.NAME.PARAMETER". `spec` must outlive the result. The result is meaningful only if nothing
// was added.
ResolvedMethod ResolveMethod(const MethodSpec& spec, Violations& violations);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_RESOLVE_H_
