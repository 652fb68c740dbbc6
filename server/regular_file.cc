#include "server/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "server/errno_message.h"
#include "server/file_descriptor.h"

namespace advantaged {
namespace {

// Of settings there are a few dozen; a bundle of all public authorities has a quarter of it.
constexpr std::size_t kLargest = std::size_t{1} << 20;

}  // namespace

std::string ReadRegularFile(const std::string& path, std::string& text) {
  text.clear();
  // O_NONBLOCK: opening a named pipe would wait for a writer, before we could see what it is.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file.valid() || fstat(file.get(), &status) != 0) return ErrnoMessage(errno);
  if (S_ISDIR(status.st_mode)) return ErrnoMessage(EISDIR);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  char buffer[4096];
  for (;;) {
    const ssize_t count = read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoMessage(errno);
    if (count == 0) return "";
    text.append(buffer, static_cast<std::size_t>(count));
    if (text.size() > kLargest) return "is larger than 1 MiB";
  }
}

}  // namespace advantaged
