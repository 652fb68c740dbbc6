// A text of JSON as its parser takes it, character by character, without a copy.
#ifndef ADVANTAGED_SERVER_JSON_TEXT_H_
#define ADVANTAGED_SERVER_JSON_TEXT_H_

#include <cstddef>
#include <functional>
#include <iterator>
#include <string_view>
#include <utility>

namespace advantaged {

// The pieces of a text, which ends early if nobody waits for it any more.
class JsonText {
 public:
  // `next` returns a piece of the text, an empty one at the end. `stop` says that nobody waits;
  // empty: never. What the pieces view, and `stop`, must outlive the object.
  JsonText(std::function<std::string_view()> next, const std::function<bool()>& stop)
      : next_(std::move(next)), stop_(stop) {}

  // The next piece; empty at the end.
  std::string_view Next();
  // Whether it ended because `stop` said so.
  bool stopped() const { return stopped_; }

 private:
  // Characters that are read in about a tenth of a millisecond.
  static constexpr std::size_t kBytesPerLook = std::size_t{1} << 14;

  const std::function<std::string_view()> next_;
  const std::function<bool()>& stop_;
  std::string_view rest_;
  std::size_t unlooked_ = 0;  // bytes since `stop` was asked
  bool stopped_ = false;
};

// The characters of a text; a default one is behind the last.
class JsonCharacter {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  JsonCharacter() = default;
  explicit JsonCharacter(JsonText& text) : text_(&text) { Refill(); }

  char operator*() const { return *at_; }
  JsonCharacter& operator++() {
    if (++at_ == end_) Refill();
    return *this;
  }
  bool operator==(const JsonCharacter& other) const { return at_ == other.at_; }

 private:
  void Refill() {
    const std::string_view piece = text_->Next();
    at_ = piece.empty() ? nullptr : piece.data();
    end_ = piece.data() + piece.size();
  }

  JsonText* text_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_TEXT_H_
