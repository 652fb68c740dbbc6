// Text in aligned columns.
#ifndef ADVANTAGED_CLI_TERMINAL_TEXT_TABLE_H_
#define ADVANTAGED_CLI_TERMINAL_TEXT_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

namespace advantaged::cli {

class TextTable {
 public:
  enum class Align { kLeft, kRight };
  void AddColumn(std::string title, Align align);
  // One cell per column.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Title row and rows, two spaces between columns; columns whose cells are all empty are left out.
  std::string Format() const;

 private:
  struct Column {
    std::string title;
    Align align;
  };

  // To the title's line and those of the rows.
  void AppendColumn(std::size_t c, std::vector<std::string>& lines) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Characters of UTF-8 text: what it takes on a terminal, for scripts of one cell per character.
std::size_t Width(std::string_view text);

// `text` in at most `width` characters, the last of them "…" if something was cut.
std::string Truncated(std::string_view text, std::size_t width);

// A number for people: `digits` significant ones, e.g. "0.4512", "1.2e-07".
std::string Rounded(double value, int digits = 4);

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_TERMINAL_TEXT_TABLE_H_
