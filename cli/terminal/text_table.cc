#include "cli/terminal/text_table.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace advantaged::cli {
namespace {

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

}  // namespace

void TextTable::AddColumn(std::string title, Align align) {
  columns_.push_back({std::move(title), align});
}

std::string TextTable::Format() const {
  std::vector<std::string> lines(rows_.size() + 1);
  for (std::size_t c = 0; c < columns_.size(); ++c) AppendColumn(c, lines);
  std::string text;
  for (const std::string& line : lines) {
    text.append(line, 0, line.find_last_not_of(' ') + 1).append("\n");
  }
  return text;
}

void TextTable::AppendColumn(std::size_t c, std::vector<std::string>& lines) const {
  std::size_t widest = 0;
  for (const auto& row : rows_) widest = std::max(widest, Width(row[c]));
  if (widest == 0) return;
  widest = std::max(widest, Width(columns_[c].title));
  for (std::size_t r = 0; r < lines.size(); ++r) {
    const std::string& cell = r == 0 ? columns_[c].title : rows_[r - 1][c];
    const std::string padding(widest - Width(cell), ' ');
    if (!lines[r].empty()) lines[r] += "  ";
    lines[r] += columns_[c].align == Align::kRight ? padding + cell : cell + padding;
  }
}

std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, StartsCharacter));
}

std::string Truncated(std::string_view text, std::size_t width) {
  if (Width(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end) {
    if (StartsCharacter(text[end]) && ++characters == width) break;
  }
  return std::string(text.substr(0, end)).append("…");
}

std::string Rounded(double value, int digits) {
  char buffer[32];
  return {buffer, std::to_chars(std::begin(buffer), std::end(buffer), value,
                                std::chars_format::general, digits)
                      .ptr};
}

}  // namespace advantaged::cli
