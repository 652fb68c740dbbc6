#include "server/json/output.h"

#include <algorithm>
#include <new>
#include <utility>

namespace advantaged {

bool JsonOutput::Next(void** data, int* size) {
  constexpr std::size_t kFirst = 256;
  constexpr std::size_t kMost = std::size_t{1} << 24;  // at a time
  try {
    text_.resize(used_ + std::clamp(used_, kFirst, kMost));
  } catch (const std::bad_alloc&) {
    failed_ = true;
    return false;
  }
  *data = text_.data() + used_;
  *size = static_cast<int>(text_.size() - used_);
  used_ = text_.size();
  return true;
}

std::string JsonOutput::Take() {
  if (failed_) throw std::bad_alloc();
  text_.resize(used_);
  return std::move(text_);
}

}  // namespace advantaged
