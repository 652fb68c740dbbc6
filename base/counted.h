// Numbers with their nouns: Counted(1, "group has", "groups have") is "1 group has".
#ifndef ADVANTAGED_BASE_COUNTED_H_
#define ADVANTAGED_BASE_COUNTED_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"

namespace advantaged {

inline std::string Counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return Concat(count, " ", count == 1 ? one : many);
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_COUNTED_H_
