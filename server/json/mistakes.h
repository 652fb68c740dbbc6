// What people and programs write for JSON that is none, made readable, so that all of it can be
// told with its place: a parser of JSON stops at the first.
#ifndef ADVANTAGED_SERVER_JSON_MISTAKES_H_
#define ADVANTAGED_SERVER_JSON_MISTAKES_H_

#include <cstddef>
#include <deque>
#include <string_view>

namespace advantaged {

// Stands at the beginning of a string that the text has as a mistake: no character of Unicode.
inline constexpr std::string_view kMistake = "\xEF\xBF\xBF";
// Behind that, for a comma before a closing bracket.
inline constexpr std::string_view kTrailingComma = ",";

// A text as it is, in pieces that view it. It ends early before the second piece of a word of many
// thousand letters or digits, such as no number has: the parser would keep it many times.
class PlainJson {
 public:
  explicit PlainJson(std::string_view json) : json_(json) {}

  // The next piece; empty at the end.
  std::string_view Next();

 private:
  const std::string_view json_;
  std::size_t done_ = 0;
  std::size_t word_ = 0;  // where the word begins that is under way at `done_`
};

// A text with its mistakes in quotes, behind kMistake: bare words (NaN, None, 0x10, 1e999, names
// without quotes), and commas before a closing bracket, as an entry of the list or as the name of a
// field. In pieces that view the text, which must outlive them: a copy could be four times as long.
class MarkedJson {
 public:
  explicit MarkedJson(std::string_view json) : rest_(json) {}

  // The next piece; empty at the end.
  std::string_view Next();

 private:
  std::string_view rest_;
  std::deque<std::string_view> marked_;  // pieces before that
};

// Whether it is a number as JSON writes them.
bool IsJsonNumber(std::string_view text);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_MISTAKES_H_
