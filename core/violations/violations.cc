#include "advantaged/violations.h"

#include <algorithm>

#include "base/text.h"

namespace advantaged {

Sentence Sentence::CutTo(std::size_t bytes) const {
  Sentence result(Cut(text, bytes));
  if (result.text.size() == text.size()) {
    result.mentions = mentions;
    return result;
  }
  for (Mention mention : mentions) {
    if (result.text.compare(0, mention.end, text, 0, mention.end) != 0) {
      mention.begin = mention.end = 0;
    }
    result.mentions.push_back(mention);
  }
  return result;
}

void Violations::Add(std::string_view field, const Sentence& description) {
  ++count_;
  if (listed_.size() == kMaxListed) return;
  Sentence cut = description.CutTo(kMaxTextBytes);
  listed_.push_back({Cut(field, kMaxTextBytes), std::move(cut.text), std::move(cut.mentions)});
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
