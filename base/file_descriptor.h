// A file descriptor that is closed when its owner ends.
#ifndef ADVANTAGED_BASE_FILE_DESCRIPTOR_H_
#define ADVANTAGED_BASE_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace advantaged {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  // Takes what socket(2) and the like return: negative is none.
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (valid()) close(fd_);
  }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }
  // The descriptor, which is the caller's to close from now on.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace advantaged

#endif  // ADVANTAGED_BASE_FILE_DESCRIPTOR_H_
