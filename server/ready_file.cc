#include "server/ready_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/errno_message.h"
#include "base/file_descriptor.h"

namespace advantaged {
namespace {

namespace fs = std::filesystem;

// Empty, or why not.
std::string WriteNewFile(const std::string& path, const std::string& text) {
  // O_EXCL: whatever else took the place in between is not opened, for that may wait.
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.valid()) return ErrnoMessage(errno);
  const ssize_t written = write(file.get(), text.data(), text.size());
  if (written < 0) return ErrnoMessage(errno);
  return written == static_cast<ssize_t>(text.size()) ? "" : ErrnoMessage(ENOSPC);
}

}  // namespace

ReadyFile::ReadyFile(std::string path) : path_(std::move(path)) { Remove(); }

ReadyFile::~ReadyFile() { Remove(); }

void ReadyFile::Remove() const {
  std::error_code ignored;
  if (fs::symlink_status(path_, ignored).type() == fs::file_type::regular) {
    fs::remove(path_, ignored);
  }
}

bool ReadyFile::Write(const std::vector<std::string>& grpc, const std::string& http,
                      std::string& error) {
  if (path_.empty()) return true;
  nlohmann::ordered_json content;
  content["grpc"] = grpc;
  if (!http.empty()) content["http"] = http;
  const std::string draft = path_ + ".new";
  std::error_code problem;
  // What an earlier server left.
  fs::remove(draft, problem);
  std::string why = fs::exists(fs::symlink_status(path_, problem))
                        ? "is not a regular file"
                        : WriteNewFile(draft, content.dump() + '\n');
  if (why.empty()) {
    fs::rename(draft, path_, problem);
    if (problem) why = problem.message();
  }
  if (why.empty()) return true;
  error = "cannot write " + path_ + ": " + why;
  return false;
}

}  // namespace advantaged
