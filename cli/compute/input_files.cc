#include "cli/compute/input_files.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "cli/terminal/failure.h"

namespace advantaged::cli {
namespace {

constexpr char kStandardInput[] = "-";

[[noreturn]] void Refuse(const std::string& what) { throw Failure(ExitCode::kRefused, what); }

}  // namespace

InputFiles::InputFiles(std::vector<std::string> names, std::istream& standard_input)
    : names_(std::move(names)), standard_input_(standard_input) {
  if (names_.empty()) names_.emplace_back(kStandardInput);
  if (std::ranges::count(names_, kStandardInput) > 1) {
    throw Failure(ExitCode::kUsage, "- (standard input) is given twice");
  }
  for (const std::string& name : names_) {
    if (name == kStandardInput) {
      bytes_.reset();
      continue;
    }
    std::error_code error;
    if (std::filesystem::is_directory(name, error)) Refuse(Concat(name, " is a folder"));
    // Not opened here: a named pipe would lose what its writer sends between two openings.
    if (::access(name.c_str(), R_OK) != 0) Refuse(Concat("cannot read ", name));
    const std::uint64_t size = std::filesystem::file_size(name, error);
    if (error) bytes_.reset();
    if (bytes_) *bytes_ += size;
  }
}

bool InputFiles::has_standard_input() const {
  return std::ranges::find(names_, kStandardInput) != names_.end();
}

void InputFiles::OpenNext() {
  const std::string& name = names_[next_++];
  line_ = 0;
  input_ = &standard_input_;
  if (name == kStandardInput) return;
  file_ = std::ifstream(name, std::ios::binary);
  if (!file_) Refuse(Concat("cannot read ", name));
  input_ = &file_;
}

bool InputFiles::Next(std::string& text, Place& place) {
  while (true) {
    if (input_ == nullptr) {
      if (next_ == names_.size()) return false;
      OpenNext();
    }
    while (std::getline(*input_, text)) {
      ++line_;
      bytes_read_ += text.size() + 1;
      if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
      place = {.line = line_, .file = names_.size() > 1 ? &names_[next_ - 1] : nullptr};
      return true;
    }
    if (input_->bad()) Refuse(Concat("cannot read ", names_[next_ - 1]));
    input_ = nullptr;
  }
}

}  // namespace advantaged::cli
