#include "advantaged/advantaged.h"

namespace advantaged {

void Violations::Add(std::string field, std::string description) {
  ++count_;
  if (listing()) listed_.push_back({std::move(field), std::move(description)});
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
