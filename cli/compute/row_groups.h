// The rows of an input, put together into groups.
#ifndef ADVANTAGED_CLI_COMPUTE_ROW_GROUPS_H_
#define ADVANTAGED_CLI_COMPUTE_ROW_GROUPS_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "advantaged/v1/compute.pb.h"
#include "cli/compute/input_row.h"
#include "cli/compute/place.h"

namespace advantaged::cli {

// Of a group that comes as rows, its rows in the order of the input.
struct PlacedRow {
  InputRow row;
  Place place;
  std::string text;            // as it stands in the input
  std::size_t number = 0;      // among all rows, from 0
  std::uint32_t response = 0;  // number of its response among those of all groups
};
using RowGroup = std::vector<const PlacedRow*>;

class RowGroups {
 public:
  // Returns what is wrong with the row, or "".
  std::string Add(const Place& place, std::string text);

  // Gives rows that lack a reward what their response has by `rule`: 0 for SUM, the reward of its
  // last row for LAST, else the one that its rows have. Masked rows have no say. Returns what is
  // wrong, where a response has none, or "".
  std::string FillRewards(v1::TrajectoryReward rule);

  // In the order of their first rows. Valid until the next row is added.
  const std::vector<RowGroup>& groups() const { return groups_; }

 private:
  std::deque<PlacedRow> rows_;
  std::vector<RowGroup> groups_;
  std::map<std::string, std::size_t> group_of_id_;
  std::map<std::pair<std::string, std::string>, std::uint32_t> responses_;  // of a group
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_ROW_GROUPS_H_
