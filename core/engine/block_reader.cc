#include "core/engine/block_reader.h"

#include <algorithm>

namespace advantaged {

void BlockReader::Read(std::size_t first, std::size_t last) {
  first_ = first;
  last_ = last;
  begin_ = groups_.begin(first);
  end_ = groups_.begin(last);
  responses_ = end_ - begin_;
  rewards_ = {};
  if (masked()) CountValid(first, last);
}

void BlockReader::CountValid(std::size_t first, std::size_t last) {
  const std::size_t count = last - first;
  offsets_.resize(count + 1);
  const std::span<std::uint32_t> counts = std::span(offsets_).subspan(1);
  if (!groups_.contiguous()) {
    for (std::size_t i = 0; i < count; ++i) counts[i] = groups_.CountValid(first + i, batch_.valid);
  } else if (groups_.uniform_size() > 0) {
    CountOnes({batch_.valid.bytes, begin_}, {count, groups_.uniform_size()}, counts);
  } else {
    CountOnes({batch_.valid.bytes, begin_},
              GroupPlaces(groups_.offsets().subspan(first, count + 1)), counts);
  }
  for (std::size_t i = 0; i < count; ++i) offsets_[i + 1] += offsets_[i];
  responses_ = offsets_.back();
}

GroupPlaces BlockReader::places() const {
  if (masked()) return GroupPlaces(offsets_);
  if (groups_.uniform_size() > 0) return {last_ - first_, groups_.uniform_size()};
  return GroupPlaces(groups_.offsets().subspan(first_, last_ - first_ + 1));
}

GroupPlaces BlockReader::Rewards() {
  if (rewards_.data() == nullptr) {
    if (in_order() && batch_.reward_bits.empty()) {
      rewards_ = batch_.rewards.subspan(begin_, responses_);
    } else if (batch_.reward_bits.empty()) {
      rewards_ = Gather(gathered_, [&](std::size_t i) { return batch_.rewards[i]; });
    } else {
      rewards_ = Gather(gathered_, [&](std::size_t i) { return batch_.reward(i); });
    }
  }
  return places().WithRewards(rewards_.data());
}

std::optional<RewardBits> BlockReader::bits() const {
  if (batch_.reward_bits.empty() || !in_order()) return std::nullopt;
  return RewardBits{batch_.reward_bits.bytes, begin_};
}

std::span<const std::uint32_t> BlockReader::Lengths() {
  if (batch_.lengths.empty()) return {};
  if (in_order()) return batch_.lengths.subspan(begin_, responses_);
  return Gather(lengths_, [&](std::size_t i) { return batch_.lengths[i]; });
}

std::span<const float> BlockReader::Outcomes(const std::optional<double>& threshold) {
  if (!batch_.outcomes.empty()) {
    return Gather(outcomes_, [&](std::size_t i) { return batch_.outcomes[i] ? 1.0F : 0.0F; });
  }
  if (!threshold) return {};
  // As a reward is: 0.7 meets 0.7, though the nearest float32 is below the nearest double.
  const auto least = static_cast<float>(*threshold);
  return Gather(outcomes_, [&](std::size_t i) { return batch_.reward(i) >= least ? 1.0F : 0.0F; });
}

std::uint32_t BlockReader::Index(std::size_t response) const {
  std::uint32_t found = 0;
  ForMembers([&, left = response + 1](std::size_t index, bool valid) mutable {
    left -= static_cast<std::size_t>(valid);
    if (valid && left == 0) found = static_cast<std::uint32_t>(index);
  });
  return found;
}

std::span<float> BlockReader::Destination(std::span<float> out) {
  return in_order() ? out.subspan(begin_, responses_) : Scratch();
}

// One longer than the block: Deliver() looks at the advantage that a masked response does not have.
std::span<float> BlockReader::Scratch() {
  written_.resize(responses_ + 1);
  return std::span(written_).first(responses_);
}

void BlockReader::Deliver(std::span<float> out) const {
  if (in_order()) return;
  const float* next = written_.data();
  ForMembers([&](std::size_t index, bool valid) {
    out[index] = valid ? *next : 0.0F;
    next += static_cast<std::size_t>(valid);
  });
}

template <typename Visit>
void BlockReader::ForMembers(Visit visit) const {
  const std::span<const std::uint32_t> members = groups_.members();
  if (groups_.contiguous()) {
    if (masked()) {
      // A byte of the mask at a time stays in a register.
      for (std::size_t i = begin_; i < end_;) {
        unsigned bits = batch_.valid.bytes[i / 8] >> (i % 8);
        if (i % 8 == 0 && i + 8 <= end_) {
          for (std::size_t j = 0; j < 8; ++j) visit(i + j, ((bits >> j) & 1U) != 0);
          i += 8;
          continue;
        }
        for (const std::size_t last = std::min(end_, i - i % 8 + 8); i < last; ++i, bits >>= 1) {
          visit(i, (bits & 1U) != 0);
        }
      }
    } else {
      for (std::size_t i = begin_; i < end_; ++i) visit(i, true);
    }
  } else if (masked()) {
    for (std::size_t i = begin_; i < end_; ++i) visit(members[i], batch_.valid[members[i]]);
  } else {
    for (std::size_t i = begin_; i < end_; ++i) visit(members[i], true);
  }
}

template <typename T, typename Of>
std::span<const T> BlockReader::Gather(std::vector<T>& to, Of of) {
  // Without a branch: a masked response is written too, and the next overwrites it.
  to.resize(responses_ + 1);
  T* next = to.data();
  ForMembers([&](std::size_t index, bool valid) {
    *next = of(index);
    next += static_cast<std::size_t>(valid);
  });
  return std::span(to).first(responses_);
}

}  // namespace advantaged
