#include "advantaged/advantaged.h"

namespace advantaged {

void Violations::Add(std::string field, std::string description) {
  ++count_;
  if (listing()) listed_.push_back({std::move(field), std::move(description)});
}

void Violations::Rename(std::string_view from, std::string_view to) {
  for (Violation& violation : listed_) {
    const std::string& field = violation.field;
    const bool whole_part = field.size() == from.size() || field[from.size()] == '[';
    if (field.starts_with(from) && whole_part) violation.field.replace(0, from.size(), to);
  }
}

}  // namespace advantaged
