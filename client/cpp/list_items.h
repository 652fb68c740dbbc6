// Lists in a line of settings: entries, perhaps named, perhaps with entries of their own in
// parentheses. docs/settings.md has the grammar.
#ifndef ADVANTAGED_CLIENT_CPP_LIST_ITEMS_H_
#define ADVANTAGED_CLIENT_CPP_LIST_ITEMS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace advantaged::client {

// [name =] word, or [name =] [word] (entries).
struct Item {
  std::string name;
  std::string word;
  std::optional<std::vector<Item>> entries;

  // A word and nothing else.
  bool is_plain() const { return name.empty() && !entries; }
  // (entries) and nothing else.
  bool is_tuple() const { return name.empty() && word.empty() && entries; }
};

// The entries of the list that `text` is, none of an empty one; no value if it is no list. Blanks
// around words, parentheses, commas and = count for nothing.
std::optional<std::vector<Item>> ParseItems(std::string_view text);

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_CPP_LIST_ITEMS_H_
