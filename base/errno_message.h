// An errno in words.
#ifndef ADVANTAGED_BASE_ERRNO_MESSAGE_H_
#define ADVANTAGED_BASE_ERRNO_MESSAGE_H_

#include <string>
#include <system_error>

namespace advantaged {

// Unlike strerror, thread-safe.
inline std::string ErrnoMessage(int number) { return std::generic_category().message(number); }

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_ERRNO_MESSAGE_H_
