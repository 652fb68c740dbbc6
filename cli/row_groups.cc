#include "cli/row_groups.h"

#include "base/text.h"

namespace advantaged::cli {
std::string RowGroups::Add(const Place& place, std::string text) {
  PlacedRow placed{.row = {}, .place = place, .text = std::move(text), .number = rows_.size()};
  InputRow& row = placed.row;
  std::string problem = ParseInputRow(placed.text, row);
  if (!problem.empty()) return problem;
  if (!rows_.empty()) {
    const InputRow& first = rows_.front().row;
    const Place& first_place = rows_.front().place;
    for (std::string broken :
         {AllOrNone("outcome", row.outcome.has_value(), first.outcome.has_value(), first_place),
          AllOrNone("length", row.length.has_value(), first.length.has_value(), first_place),
          AllOrNone("response", row.response.has_value(), first.response.has_value(),
                    first_place)}) {
      if (!broken.empty()) return broken;
    }
  }
  if (row.response) {
    const auto next = static_cast<std::uint32_t>(responses_.size());
    placed.response = responses_.try_emplace({row.group, *row.response}, next).first->second;
  }
  const auto [known, added] = group_of_id_.try_emplace(row.group, groups_.size());
  if (added) groups_.emplace_back();
  groups_[known->second].push_back(&rows_.emplace_back(std::move(placed)));
  return "";
}

}  // namespace advantaged::cli
