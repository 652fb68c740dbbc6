#include "cli/compute/batch.h"

#include <algorithm>
#include <limits>

#include "core/kernels/constant_rule.h"

namespace advantaged::cli {
namespace {

// Sets bit `index` of a bitmap, growing it to hold that bit.
void AppendBit(std::vector<std::uint8_t>& bitmap, std::size_t index, bool bit) {
  if (index % 8 == 0) bitmap.push_back(0);
  if (bit) bitmap.back() = static_cast<std::uint8_t>(bitmap.back() | 1 << index % 8);
}

}  // namespace

void Batch::Add(const Place& place, InputLine line) {
  const std::size_t size = line.rewards.size();
  rewards_.insert(rewards_.end(), line.rewards.begin(), line.rewards.end());
  group_sizes_.push_back(static_cast<std::uint32_t>(size));
  if (line.lengths) lengths_.insert(lengths_.end(), line.lengths->begin(), line.lengths->end());
  for (std::size_t i = 0; i < size; ++i) {
    AppendBit(valid_, responses_ + i, !line.valid || (*line.valid)[i] != 0);
    if (line.outcomes) {
      AppendBit(outcomes_, responses_ + i, (*line.outcomes)[i] != 0);
    }
  }
  has_valid_ = has_valid_ || line.valid.has_value();
  groups_.push_back({place, std::move(line.group), responses_, size});
  responses_ += size;
}

void Batch::Add(const RowGroup& rows) {
  InputLine line;
  line.valid.emplace();
  for (const PlacedRow* placed : rows) {
    const InputRow& row = placed->row;
    line.rewards.push_back(row.reward);
    line.valid->push_back(row.valid ? 1 : 0);
    if (row.outcome) {
      if (!line.outcomes) line.outcomes.emplace();
      line.outcomes->push_back(*row.outcome ? 1 : 0);
    }
    if (row.length) {
      if (!line.lengths) line.lengths.emplace();
      line.lengths->push_back(*row.length);
    }
    if (row.response) responses_of_rows_.push_back(placed->response);
  }
  const std::string& id = rows.front()->row.group;
  line.group = id.starts_with('"') ? id.substr(1, id.size() - 2) : id;
  Add(rows.front()->place, std::move(line));
  groups_.back().rows = rows;
}

client::Batch Batch::view() const {
  client::Batch view{.rewards = rewards_,
                     .group_sizes = group_sizes_,
                     .lengths = lengths_,
                     .trajectory_ids = responses_of_rows_};
  if (has_valid_) view.valid = client::Mask::Bitmap(valid_);
  view.outcomes = client::Mask::Bitmap(outcomes_);
  return view;
}

const Batch::Group& Batch::GroupOf(std::size_t response) const {
  const auto after = std::ranges::upper_bound(groups_, response, {}, &Group::offset);
  return *(after - 1);
}

bool Batch::ConstantRewards(const Group& group, double tolerance) const {
  float minimum = std::numeric_limits<float>::infinity();
  float maximum = -minimum;
  for (std::size_t i = group.offset; i < group.offset + group.size; ++i) {
    if ((valid_[i / 8] >> i % 8 & 1) == 0) continue;
    minimum = std::min(minimum, reward(i));
    maximum = std::max(maximum, reward(i));
  }
  return ConstantRule::Within(tolerance).Holds(minimum, maximum);
}

}  // namespace advantaged::cli
