// Files that hold settings and certificates.
#ifndef ADVANTAGED_SERVER_REGULAR_FILE_H_
#define ADVANTAGED_SERVER_REGULAR_FILE_H_

#include <string>

namespace advantaged {

// Reads a file of at most 1 MiB into `text`. Empty, or why it cannot be read. Never waits: what is
// not a regular file is refused, for whoever reads a named pipe waits until somebody writes to it,
// and a device may have no end.
std::string ReadRegularFile(const std::string& path, std::string& text);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_REGULAR_FILE_H_
