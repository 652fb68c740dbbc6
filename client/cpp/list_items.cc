#include "client/cpp/list_items.h"

#include <algorithm>

namespace advantaged::client {
namespace {

// Deeper than any value is.
constexpr int kDeepest = 8;

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) { SkipBlanks(); }

  // Entries and the commas between them; whether they were such.
  bool List(std::vector<Item>& items, int depth = 0) {
    do {
      if (!One(items.emplace_back(), depth)) return false;
    } while (Take(','));
    return true;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  static constexpr std::string_view kBlanks = " \t\n\r\v\f";
  static constexpr std::string_view kEndsWord = "(),= \t\n\r\v\f";

  bool One(Item& item, int depth) {
    item.word = Word();
    if (!item.word.empty() && Take('=')) {
      item.name = std::move(item.word);
      item.word = Word();
    }
    if (Take('(')) {
      if (depth == kDeepest) return false;
      item.entries.emplace();
      if (!Take(')') && !(List(*item.entries, depth + 1) && Take(')'))) return false;
    }
    return !item.word.empty() || item.entries;
  }

  std::string Word() {
    const std::size_t size = std::min(rest_.find_first_of(kEndsWord), rest_.size());
    std::string word(rest_.substr(0, size));
    rest_.remove_prefix(size);
    SkipBlanks();
    return word;
  }

  bool Take(char character) {
    if (!rest_.starts_with(character)) return false;
    rest_.remove_prefix(1);
    SkipBlanks();
    return true;
  }

  void SkipBlanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<Item>> ParseItems(std::string_view text) {
  std::vector<Item> items;
  Parser parser(text);
  if (parser.at_end()) return items;
  if (!parser.List(items) || !parser.at_end()) return std::nullopt;
  return items;
}

}  // namespace advantaged::client
