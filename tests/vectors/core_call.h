// The request of a test vector, ProtoJSON, as a call of the core.
#ifndef ADVANTAGED_TESTS_VECTORS_CORE_CALL_H_
#define ADVANTAGED_TESTS_VECTORS_CORE_CALL_H_

#include <nlohmann/json.hpp>

#include "tests/core/call.h"

namespace advantaged::testing {

// Throws nlohmann's exceptions where a field has another type than in the proto, and
// std::invalid_argument for a field that it does not know.
Call CoreCall(const nlohmann::json& request);

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_VECTORS_CORE_CALL_H_
