// The files of `advctl compute`, one after the other, line by line.
#ifndef ADVANTAGED_CLI_COMPUTE_INPUT_FILES_H_
#define ADVANTAGED_CLI_COMPUTE_INPUT_FILES_H_

#include <cstdint>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "cli/compute/place.h"

namespace advantaged::cli {

class InputFiles {
 public:
  // "-" is standard input; none is "-" alone. Throws a Failure if one of them cannot be read,
  // before anything is. `standard_input` must outlive the files.
  explicit InputFiles(std::vector<std::string> names, std::istream& standard_input = std::cin);

  // The next line that is not blank, and where it stands; false at the end of the last file.
  bool Next(std::string& text, Place& place);

  // Of all files, if it is known; and what has been read of it.
  std::optional<std::uint64_t> bytes() const { return bytes_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  bool has_standard_input() const;

 private:
  void OpenNext();

  std::vector<std::string> names_;
  std::istream& standard_input_;
  std::size_t next_ = 0;  // to be opened
  std::ifstream file_;
  std::istream* input_ = nullptr;
  std::size_t line_ = 0;
  std::optional<std::uint64_t> bytes_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_INPUT_FILES_H_
