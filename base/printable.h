// What a client sent, in a message about it.
#ifndef ADVANTAGED_BASE_PRINTABLE_H_
#define ADVANTAGED_BASE_PRINTABLE_H_

#include <string>
#include <string_view>

namespace advantaged {

// So much of a text as can be told, in ASCII: a client's bytes may be any number of any kind.
inline std::string Printable(std::string_view text) {
  constexpr std::size_t kLongest = 256;
  std::string result(text.substr(0, kLongest));
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  return result;
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_PRINTABLE_H_
