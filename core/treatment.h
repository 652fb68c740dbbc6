// What a method is asked for a group, by its size alone.
#ifndef ADVANTAGED_CORE_TREATMENT_H_
#define ADVANTAGED_CORE_TREATMENT_H_

#include <cstdint>
#include <optional>

#include "advantaged/advantaged.h"
#include "core/resolve.h"

namespace advantaged {

struct Treatment {
  std::optional<Parameters> parameters;  // none: the method cannot
  bool raw = false;                      // then: its inputs themselves, else 0
  bool small = false;                    // masking left too few responses for the method
  bool refused = false;                  // and the options make that an error
};

// The treatment of a group that declares so many responses, `valid` of them valid, 1 or more.
// `small_group` is about what masking left too small, `declared_small_group` about what was too
// small before, and, in a group that is `incomplete`, about a size that the caller brings no table
// for.
Treatment TreatmentOf(const ResolvedMethod& method, const Options& options, std::uint32_t declared,
                      std::uint32_t valid, bool incomplete);

// False for a size that none of the caller's tables is for.
bool HasTable(const Parameters& parameters, std::uint32_t n);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_TREATMENT_H_
