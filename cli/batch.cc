#include "cli/batch.h"

#include <algorithm>
#include <limits>

namespace advantaged::cli {
namespace {

// Sets bit `index` of a bitmap, growing it to hold that bit.
void AppendBit(std::string& bitmap, std::size_t index, bool bit) {
  if (index % 8 == 0) bitmap.push_back('\0');
  if (bit) bitmap.back() = static_cast<char>(bitmap.back() | 1 << index % 8);
}

}  // namespace

void Batch::Add(std::size_t line_number, InputLine line) {
  const std::size_t size = line.rewards.size();
  request_.mutable_rewards()->Add(line.rewards.begin(), line.rewards.end());
  request_.add_group_sizes(static_cast<std::uint32_t>(size));
  if (line.lengths) request_.mutable_lengths()->Add(line.lengths->begin(), line.lengths->end());
  for (std::size_t i = 0; i < size; ++i) {
    AppendBit(valid_, responses_ + i, !line.valid || (*line.valid)[i] != 0);
    if (line.outcomes) {
      AppendBit(*request_.mutable_outcomes(), responses_ + i, (*line.outcomes)[i] != 0);
    }
  }
  has_valid_ = has_valid_ || line.valid.has_value();
  groups_.push_back({line_number, std::move(line.group), responses_, size});
  responses_ += size;
}

void Batch::Clear() {
  request_.clear_rewards();
  request_.clear_group_sizes();
  request_.clear_lengths();
  request_.clear_outcomes();
  request_.clear_valid();
  groups_.clear();
  responses_ = 0;
  valid_.clear();
  has_valid_ = false;
}

const v1::ComputeAdvantagesRequest& Batch::request() {
  if (has_valid_) request_.set_valid(valid_);
  return request_;
}

const Batch::Group& Batch::GroupOf(std::size_t response) const {
  const auto after = std::ranges::upper_bound(groups_, response, {}, &Group::offset);
  return *(after - 1);
}

bool Batch::ConstantRewards(const Group& group, double tolerance) const {
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -minimum;
  for (std::size_t i = group.offset; i < group.offset + group.size; ++i) {
    if ((valid_[i / 8] >> i % 8 & 1) == 0) continue;
    minimum = std::min<double>(minimum, reward(i));
    maximum = std::max<double>(maximum, reward(i));
  }
  return maximum - minimum <= tolerance;
}

}  // namespace advantaged::cli
