// Files that hold settings, certificates and parameters.
#ifndef ADVANTAGED_BASE_REGULAR_FILE_H_
#define ADVANTAGED_BASE_REGULAR_FILE_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>

#include "base/text.h"

namespace advantaged {

// Of settings there are a few dozen; a bundle of all public authorities has a quarter of it.
inline constexpr std::size_t kLargestFile = std::size_t{1} << 20;

// Reads what `descriptor` has, at most `largest` bytes of a regular file. Empty, or why not.
inline std::string ReadRegularDescriptor(int descriptor, std::string& text, std::size_t largest) {
  const auto problem = [](int number) { return std::generic_category().message(number); };
  struct stat status {};
  if (descriptor < 0 || fstat(descriptor, &status) != 0) return problem(errno);
  if (S_ISDIR(status.st_mode)) return problem(EISDIR);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return problem(errno);
    if (count == 0) return "";
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > largest) return Concat("is larger than ", largest >> 20, " MiB");
  }
}

// Reads a file into `text`. Empty, or why it cannot be read. Never waits: what is not a regular
// file is refused, for whoever reads a named pipe waits until somebody writes to it, and a device
// may have no end.
inline std::string ReadRegularFile(const std::string& path, std::string& text,
                                   std::size_t largest = kLargestFile) {
  text.clear();
  // O_NONBLOCK: opening a named pipe would wait for a writer, before we could see what it is.
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  std::string problem = ReadRegularDescriptor(descriptor, text, largest);
  if (descriptor >= 0) close(descriptor);
  return problem;
}

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_REGULAR_FILE_H_
