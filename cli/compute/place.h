// Where in the input something stands.
#ifndef ADVANTAGED_CLI_COMPUTE_PLACE_H_
#define ADVANTAGED_CLI_COMPUTE_PLACE_H_

#include <cstddef>
#include <string>

#include "base/text.h"

namespace advantaged::cli {

struct Place {
  std::size_t line = 0;               // from 1
  const std::string* file = nullptr;  // its name, where the input has several
};

// "line 4", or "a.jsonl line 4".
inline std::string Text(const Place& place) {
  return place.file == nullptr ? Concat("line ", place.line)
                               : Concat(*place.file, " line ", place.line);
}

// What is wrong with a line, or "", if a key is `here` on it or not, and `there` on the first line:
// a batch has it for all of its responses or for none.
inline std::string AllOrNone(const char* key, bool here, bool there, const Place& first) {
  if (here == there) return "";
  return Concat(key, here ? ": given, but " : ": missing, but ", Text(first),
                here ? " has none" : " has it", "; give it on every line or on none");
}

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_PLACE_H_
