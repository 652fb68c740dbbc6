#include "core/group_reader.h"

namespace advantaged {

GroupInput GroupReader::Read(std::size_t group) {
  const std::uint32_t size = groups_.size(group);
  if (groups_.contiguous() && batch_.valid.empty() && batch_.reward_bits.empty()) {
    return Read(group, batch_.rewards.subspan(groups_.begin(group), size));
  }
  rewards_.clear();
  lengths_.clear();
  indices_.clear();
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint32_t index = groups_.member(group, i);
    if (!batch_.valid.empty() && !batch_.valid[index]) continue;
    indices_.push_back(index);
    rewards_.push_back(batch_.reward(index));
    if (!batch_.lengths.empty()) lengths_.push_back(batch_.lengths[index]);
  }
  return {.rewards = rewards_, .lengths = lengths_, .first = 0, .indices = indices_};
}

GroupInput GroupReader::Read(std::size_t group, std::span<const float> rewards) {
  GroupInput input{.rewards = rewards,
                   .lengths = {},
                   .first = static_cast<std::uint32_t>(groups_.begin(group)),
                   .indices = {}};
  if (!groups_.contiguous()) {
    input.indices = groups_.members().subspan(groups_.begin(group), rewards.size());
  }
  if (batch_.lengths.empty()) return input;
  if (groups_.contiguous()) {
    input.lengths = batch_.lengths.subspan(groups_.begin(group), rewards.size());
  } else {
    lengths_.clear();
    for (const std::uint32_t index : input.indices) lengths_.push_back(batch_.lengths[index]);
    input.lengths = lengths_;
  }
  return input;
}

template <typename Correct>
GroupOutcomes GroupReader::Fill(const GroupInput& input, Correct correct) {
  bits_.resize(input.rewards.size());
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    bits_[i] = static_cast<std::uint8_t>(correct(i));
    count += bits_[i];
  }
  return {.known = true, .are_rewards = false, .correct = count, .bits = bits_};
}

GroupOutcomes GroupReader::ReadOutcomes(const GroupInput& input, bool binary, std::size_t ones) {
  const BitSpan& sent = batch_.outcomes;
  if (!sent.empty()) {
    return Fill(input, [&](std::size_t i) { return sent[input.index(i)]; });
  }
  if (options_.success_threshold) {
    // As a reward is: 0.7 meets 0.7, though the nearest float32 is below the nearest double.
    const auto threshold = static_cast<float>(*options_.success_threshold);
    return Fill(input, [&](std::size_t i) { return input.rewards[i] >= threshold; });
  }
  if (binary) {
    return {.known = true,
            .are_rewards = true,
            .correct = static_cast<std::uint32_t>(ones),
            .bits = {}};
  }
  return {};
}

std::span<const std::uint8_t> GroupReader::Bits(const GroupInput& input,
                                                const GroupOutcomes& outcomes) {
  if (!outcomes.are_rewards) return outcomes.bits;
  return Fill(input, [&](std::size_t i) { return input.rewards[i] == 1; }).bits;
}

}  // namespace advantaged
