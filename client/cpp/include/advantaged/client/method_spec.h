// A method and its parameters as people type them: pass_at_k_grpo, k=4.
//
// Everything comes from the contract by reflection: a method is a field of the oneof of
// v1.MethodSpec, its parameters are the fields of that field's message. A method added to
// method.proto is known here without a change.
#ifndef ADVANTAGED_CLIENT_METHOD_SPEC_H_
#define ADVANTAGED_CLIENT_METHOD_SPEC_H_

#include <absl/status/statusor.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advantaged/v1/method.pb.h"

namespace advantaged::client {

// The names of all methods, in the order of the contract.
std::vector<std::string> MethodNames();

// The method `name` with `settings`, each KEY=VALUE with a value of docs/settings.md. Tables may
// also be JSON, or @FILE with JSON: [{"n": 2, "advantage_correct": [0, 1, 0], …}]
//
// INVALID_ARGUMENT says what is wrong with which text and what would be right: unknown names with
// the closest known one, a key given twice, a malformed value. Ranges are for the server to check,
// which knows them; a parameter without a setting keeps the server's default.
absl::StatusOr<v1::MethodSpec> ParseMethodSpec(std::string_view name,
                                               std::span<const std::string> settings = {});

// The reverse, as a line of settings: "pass_at_k_grpo k=4 keep_factor_k=false", fields that are not
// set left out, tables as their number; "" if no method is set.
std::string FormatMethodSpec(const v1::MethodSpec& spec);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_METHOD_SPEC_H_
