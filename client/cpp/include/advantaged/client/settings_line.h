// Everything that a call takes beside its arrays, in one line as people type it:
//
//   pass_at_k_grpo k=4 pass_at=1,4,8 stages=center,scale(ddof=1,epsilon=1e-8),clip(-5,5)
//
// docs/settings.md has the grammar. Settings come from the contract by reflection, as methods do:
// the fields of a request that are no arrays, under their names.
#ifndef ADVANTAGED_CLIENT_SETTINGS_LINE_H_
#define ADVANTAGED_CLIENT_SETTINGS_LINE_H_

#include <absl/status/statusor.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advantaged/client/batch.h"

namespace advantaged::client {

// The words of a line, their quotes taken away: the name of the method, then NAME=VALUE.
// INVALID_ARGUMENT if there is none, or a quote without its partner.
absl::StatusOr<std::vector<std::string>> SplitSettings(std::string_view line);

// What `line` says, and what `more`, each NAME=VALUE, says besides. INVALID_ARGUMENT names the
// setting and its value and says what it must be: unknown names with the closest known one, one
// that is given twice, a malformed value. Ranges are for the server to check.
absl::StatusOr<Settings> ParseSettings(std::string_view line,
                                       std::span<const std::string> more = {});

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_SETTINGS_LINE_H_
