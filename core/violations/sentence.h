// Composes sentences about a batch: Compose(ValueOf(reward), " is above the limit of ", group).
#ifndef ADVANTAGED_CORE_VIOLATIONS_SENTENCE_H_
#define ADVANTAGED_CORE_VIOLATIONS_SENTENCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "advantaged/violations.h"
#include "base/text.h"

namespace advantaged {

inline void Append(Sentence& sentence, const Sentence& part) {
  const auto before = static_cast<std::uint32_t>(sentence.text.size());
  sentence.text += part.text;
  for (Mention mention : part.mentions) {
    mention.begin += before;
    mention.end += before;
    sentence.mentions.push_back(mention);
  }
}

// Of sentences and of all that Concat takes.
template <typename... Parts>
Sentence Compose(const Parts&... parts) {
  Sentence sentence;
  const auto append = [&](const auto& part) {
    if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(part)>>) {
      Append(sentence.text, part);
    } else {
      Append(sentence, Sentence(part));
    }
  };
  (append(parts), ...);
  return sentence;
}

// `text` as a sentence that is one mention.
template <typename Number>
Sentence MentionAs(std::string text, Mention::Kind kind, Number number,
                   std::optional<std::uint32_t> group_id = std::nullopt) {
  Sentence sentence(std::move(text));
  Mention& mention = sentence.mentions.emplace_back();
  mention.kind = kind;
  mention.number = static_cast<double>(number);
  mention.group_id = group_id;
  mention.end = static_cast<std::uint32_t>(sentence.text.size());
  return sentence;
}

template <typename Number>
Sentence ValueOf(Number value) {
  return MentionAs(Concat(value), Mention::Kind::kValue, value);
}

inline Sentence NameOfRow(std::uint32_t row) {
  return MentionAs(Concat("row ", row), Mention::Kind::kRow, row);
}

inline Sentence NameOfTrajectory(std::uint32_t id) {
  return MentionAs(Concat("trajectory ", id), Mention::Kind::kTrajectory, id);
}

// With its id where the batch has ids.
inline Sentence NameOfGroup(std::size_t index, std::optional<std::uint32_t> id) {
  std::string text = Concat("group ", index);
  if (id) Append(text, Concat(" (id ", *id, ")"));
  return MentionAs(std::move(text), Mention::Kind::kGroup, index, id);
}

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_VIOLATIONS_SENTENCE_H_
