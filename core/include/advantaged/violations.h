// What is wrong with a request: for people a path and a sentence, for programs the numbers that the
// sentence has.
#ifndef ADVANTAGED_VIOLATIONS_H_
#define ADVANTAGED_VIOLATIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace advantaged {

// A place of a sentence that names something of the batch, so that a caller can put its own name
// there without reading English: the bytes begin … end − 1 are "group 3 (id 7)", say. `begin` and
// `end` are equal where the sentence was cut before the place.
struct Mention {
  enum class Kind : std::uint8_t {
    kGroup,       // index of the group in the batch
    kTrajectory,  // trajectory id
    kRow,         // index of the row
    kValue,       // the offending value
  };
  Kind kind = Kind::kValue;
  double number = 0;
  std::optional<std::uint32_t> group_id;  // of a group in a batch with group ids
  std::uint32_t begin = 0, end = 0;
};

// A text and what it mentions, in the order of the text.
struct Sentence {
  Sentence() = default;
  Sentence(std::string_view without_mentions) : text(without_mentions) {}  // NOLINT: a text is one
  Sentence(const char* without_mentions) : text(without_mentions) {}       // NOLINT
  Sentence(std::string without_mentions) : text(std::move(without_mentions)) {}  // NOLINT

  // At most this many bytes of it; whole characters, and an ellipsis where some are missing.
  Sentence CutTo(std::size_t bytes) const;

  std::string text;
  std::vector<Mention> mentions;
};

// One thing wrong with a request. `field` is its path, e.g. "rewards[17]"; `description` names the
// offending value, `mentions` are the places where it names something of the batch.
struct Violation {
  std::string field;
  std::string description;
  std::vector<Mention> mentions;
};

// Everything wrong with a request: the first kMaxListed, and how many there are. However long what
// they are about is, they take at most kMaxListed · 2 · kMaxTextBytes.
class Violations {
 public:
  static constexpr std::size_t kMaxListed = 100;
  // Of a path and of a description; longer ones are cut.
  static constexpr std::size_t kMaxTextBytes = 512;
  void Add(std::string_view field, const Sentence& description);
  // The same for what may be wrong millions of times: both are functions that return it, and are
  // called only if it is listed.
  template <typename Field, typename Description>
  requires requires(const Field& field, const Description& description) {
    field();
    description();
  }
  void Add(const Field& field, const Description& description) {
    if (listed_.size() < kMaxListed) {
      Add(field(), description());
    } else {
      ++count_;
    }
  }
  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }
  const std::vector<Violation>& listed() const { return listed_; }
  // Renames the first part of every path equal to `from`, e.g. "rewards" → "rewards_float32_le".
  void Rename(std::string_view from, std::string_view to);

 private:
  std::vector<Violation> listed_;
  std::size_t count_ = 0;
};

}  // namespace advantaged

#endif  // ADVANTAGED_VIOLATIONS_H_
