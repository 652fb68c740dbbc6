// What the service refuses of a call, in the words of the command line.
#ifndef ADVANTAGED_CLI_FLAGS_EXPLAIN_H_
#define ADVANTAGED_CLI_FLAGS_EXPLAIN_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "advantaged/client/error.h"

namespace advantaged::cli {

// The path of a field that is wrong: "name[index]", or a name alone. Views into the text it was
// read from.
struct FieldPath {
  std::string_view name;
  std::optional<std::size_t> index;
};
FieldPath ReadFieldPath(std::string_view field);

// A violation of a field that is a flag, as one types the flag: "-p k: …", "--n: …", "--rho[3]: …".
// Any other field has its own name.
std::string ExplainFlag(const client::Violation& violation);

// One line per violation, each as `explain` has it, or the message, if the status has no
// violations.
std::string Explain(
    const absl::Status& status,
    const std::function<std::string(const client::Violation&)>& explain = ExplainFlag);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_FLAGS_EXPLAIN_H_
