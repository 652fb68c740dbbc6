// What people and programs write for JSON that is none, made readable, so that all of it can be
// told with its place: a parser of JSON stops at the first.
#ifndef ADVANTAGED_SERVER_JSON_MISTAKES_H_
#define ADVANTAGED_SERVER_JSON_MISTAKES_H_

#include <optional>
#include <string>
#include <string_view>

namespace advantaged {

// Stands at the beginning of a string that the text has as a mistake: no character of Unicode.
inline constexpr std::string_view kMistake = "\xEF\xBF\xBF";
// Behind that, for a comma before a closing bracket.
inline constexpr std::string_view kTrailingComma = ",";

// The text with its mistakes in quotes, behind kMistake: bare words (NaN, None, 0x10, 1e999, names
// without quotes), and commas before a closing bracket, as an entry of the list or as the name of a
// field. Nothing if it has none. At most about four times as long.
std::optional<std::string> MarkMistakes(std::string_view json);

// Whether it is a number as JSON writes them.
bool IsJsonNumber(std::string_view text);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_MISTAKES_H_
