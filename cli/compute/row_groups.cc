#include "cli/compute/row_groups.h"

#include <cmath>

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

std::string RowGroups::FillRewards(v1::TrajectoryReward rule) {
  const bool last_counts = rule == v1::TRAJECTORY_REWARD_LAST;
  std::vector<const PlacedRow*> last(responses_.size());
  std::vector<const PlacedRow*> first_rewarded(responses_.size());
  const auto takes_part = [](const PlacedRow& placed) {
    return placed.row.response && placed.row.valid;
  };
  for (const PlacedRow& placed : rows_) {
    if (!takes_part(placed)) continue;
    last[placed.response] = &placed;
    const bool is_first = first_rewarded[placed.response] == nullptr;
    if (is_first && !std::isnan(placed.row.reward)) first_rewarded[placed.response] = &placed;
  }
  for (PlacedRow& placed : rows_) {
    if (!takes_part(placed) || !std::isnan(placed.row.reward)) continue;
    const PlacedRow* const known = first_rewarded[placed.response];
    if (known == nullptr) {
      return Concat(Text(placed.place), ": reward (null): no row of response ",
                    *placed.row.response, " has one; mask its rows with \"valid\"");
    }
    const PlacedRow* const source = last_counts ? last[placed.response] : known;
    if (std::isnan(source->row.reward)) {
      return Concat(Text(source->place), ": reward (null): the last row of response ",
                    *placed.row.response,
                    ", which has to have one as trajectory_reward is last; "
                    "mask its rows with \"valid\"");
    }
    placed.row.reward = rule == v1::TRAJECTORY_REWARD_SUM ? 0 : source->row.reward;
    placed.row.outcome = source->row.outcome;
  }
  return "";
}

}  // namespace advantaged::cli
