// The groups of one call: their arrays, and where each came from.
#ifndef ADVANTAGED_CLI_COMPUTE_BATCH_H_
#define ADVANTAGED_CLI_COMPUTE_BATCH_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "advantaged/client/batch.h"
#include "cli/compute/input_line.h"
#include "cli/compute/place.h"
#include "cli/compute/row_groups.h"

namespace advantaged::cli {

class Batch {
 public:
  struct Group {
    Place place;                    // of its line, or of its first row
    std::optional<std::string> id;  // as the line gives it
    std::size_t offset;             // of its first response in the call
    std::size_t size;
    RowGroup rows = {};  // if it came as rows
  };

  // No groups.
  Batch() = default;
  void Add(const Place& place, InputLine line);
  void Add(const RowGroup& rows);

  // All groups added, until the next is.
  client::Batch view() const;
  std::span<const Group> groups() const { return groups_; }
  std::size_t response_count() const { return responses_; }
  float reward(std::size_t response) const { return rewards_[response]; }
  // The group of a response of the call.
  const Group& GroupOf(std::size_t response) const;
  // Whether the rewards of all valid responses lie within `tolerance` of each other.
  bool ConstantRewards(const Group& group, double tolerance) const;

 private:
  std::vector<Group> groups_;
  std::size_t responses_ = 0;
  std::vector<float> rewards_;
  std::vector<std::uint32_t> group_sizes_;
  std::vector<std::uint32_t> lengths_;
  std::vector<std::uint32_t> responses_of_rows_;  // where rows are parts of responses
  std::vector<std::uint8_t> outcomes_;            // a bitmap
  std::vector<std::uint8_t> valid_;               // of all responses; sent only if some line masks
  bool has_valid_ = false;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_COMPUTE_BATCH_H_
