#include "advantaged/advantaged.h"
#include "base/text.h"

namespace advantaged {

void Violations::Add(std::string_view field, std::string_view description) {
  ++count_;
  if (listed_.size() == kMaxListed) return;
  listed_.push_back({Cut(field, kMaxTextBytes), Cut(description, kMaxTextBytes)});
}

void Violations::Rename(std::string_view from, std::string_view to) {
  for (Violation& violation : listed_) {
    std::string& field = violation.field;
    if (!field.starts_with(from)) continue;
    const bool whole_part = field.size() == from.size() || field[from.size()] == '[';
    if (whole_part) field.replace(0, from.size(), to);
  }
}

}  // namespace advantaged
