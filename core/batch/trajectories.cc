#include "core/batch/trajectories.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/text.h"
#include "core/violations/sentence.h"

namespace advantaged {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

// What the caller is to send for a row that has no reward, so that it keeps its part in the
// response.
std::string_view OfRowsWithoutReward(TrajectoryReward rule) {
  switch (rule) {
    case TrajectoryReward::kLast:
      return "may carry any number, unless it is the last of its trajectory";
    case TrajectoryReward::kSum:
      return "carries 0";
    case TrajectoryReward::kEqualOrError:
      break;
  }
  return "carries that of its trajectory";
}

// What the rows of a batch say, one after the other.
class Listener {
 public:
  Listener(const Batch& batch, std::vector<std::uint32_t>& speakers, Violations& violations)
      : batch_(batch), speakers_(speakers), violations_(violations), heard_(speakers.size()) {
    if (batch.trajectory_reward == TrajectoryReward::kSum) rewards_.resize(speakers.size());
    if (!batch.lengths.empty()) lengths_.resize(speakers.size());
  }

  // A valid row.
  void Hear(std::uint32_t row, std::uint32_t response) {
    if (!batch_.rewards.empty() && !std::isfinite(batch_.rewards[row])) {
      Refuse("rewards", row, [&] {
        return Concat(batch_.rewards[row], " is not finite; a row without a reward of its own ",
                      OfRowsWithoutReward(batch_.trajectory_reward),
                      " (masked out, it would get advantage 0)");
      });
      return;
    }
    if (!heard_[response]) {
      speakers_[response] = row;
    } else if (batch_.trajectory_reward == TrajectoryReward::kLast) {
      speakers_[response] = row;
    } else {
      Compare(row, speakers_[response]);
    }
    heard_[response] = true;
    if (!rewards_.empty()) rewards_[response] += static_cast<double>(batch_.rewards[row]);
    if (!lengths_.empty()) AddLength(row, response);
  }

  // The sums of each response at its speaker, in arrays of one entry for each row.
  std::vector<float> Rewards(std::size_t rows) {
    std::vector<float> rewards(rewards_.empty() ? 0 : rows);
    for (std::size_t response = 0; response < rewards_.size(); ++response) {
      const std::uint32_t row = speakers_[response];
      rewards[row] = static_cast<float>(rewards_[response]);
      if (std::isfinite(rewards[row])) continue;
      Refuse("rewards", row, [&] {
        return Compose("the rewards of ", NameOfTrajectory(batch_.trajectory_ids[row]),
                       " add up to ", ValueOf(rewards_[response]), ", which is beyond float32");
      });
    }
    return rewards;
  }
  std::vector<std::uint32_t> Lengths(std::size_t rows) const {
    std::vector<std::uint32_t> lengths(lengths_.empty() ? 0 : rows);
    for (std::size_t response = 0; response < lengths_.size(); ++response) {
      lengths[speakers_[response]] = lengths_[response];
    }
    return lengths;
  }

  template <typename Describe>
  void Refuse(std::string_view field, std::uint32_t row, Describe describe) {
    violations_.Add([&] { return At(field, row); }, describe);
  }

  Sentence Trajectory(std::uint32_t row, std::uint32_t other) const {
    return Compose(NameOfRow(other), " of ", NameOfTrajectory(batch_.trajectory_ids[row]));
  }

 private:
  void Compare(std::uint32_t row, std::uint32_t speaker) {
    const bool bits = batch_.rewards.empty();
    const auto reward = [&](std::uint32_t i) {
      return bits ? static_cast<float>(batch_.reward_bits[i]) : batch_.rewards[i];
    };
    if (batch_.trajectory_reward == TrajectoryReward::kEqualOrError &&
        reward(row) != reward(speaker)) {
      Refuse(bits ? "reward_bits" : "rewards", row, [&] {
        return Compose(ValueOf(reward(row)), ", but ", Trajectory(row, speaker), " has ",
                       reward(speaker),
                       "; trajectory_reward says which of them, or their sum, is the reward");
      });
    }
    if (!batch_.outcomes.empty() && batch_.outcomes[row] != batch_.outcomes[speaker]) {
      Refuse("outcomes", row, [&] {
        return Compose(ValueOf(batch_.outcomes[row] ? 1 : 0), ", but ", Trajectory(row, speaker),
                       " has ", batch_.outcomes[speaker] ? 1 : 0);
      });
    }
  }

  void AddLength(std::uint32_t row, std::uint32_t response) {
    const std::uint64_t sum = std::uint64_t{lengths_[response]} + batch_.lengths[row];
    if (sum <= std::numeric_limits<std::uint32_t>::max()) {
      lengths_[response] = static_cast<std::uint32_t>(sum);
      return;
    }
    Refuse("lengths", row, [&] {
      return Compose(ValueOf(batch_.lengths[row]), " brings ",
                     NameOfTrajectory(batch_.trajectory_ids[row]), " to ", sum,
                     " tokens, beyond 32 bits");
    });
  }

  const Batch& batch_;
  std::vector<std::uint32_t>& speakers_;
  Violations& violations_;
  std::vector<bool> heard_;             // whether a row of the response was
  std::vector<double> rewards_;         // sums; empty unless asked for
  std::vector<std::uint32_t> lengths_;  // sums; empty unless the batch has them
};

std::vector<std::uint32_t> GroupOfRows(const Groups& groups, std::size_t rows) {
  std::vector<std::uint32_t> group_of(rows);
  for (std::uint32_t g = 0; g < groups.count(); ++g) {
    for (std::uint32_t i = 0; i < groups.size(g); ++i) group_of[groups.member(g, i)] = g;
  }
  return group_of;
}

}  // namespace

Trajectories::Trajectories(const Batch& batch, const Groups& rows, Violations& violations) {
  const DenseIds dense = Densify(batch.trajectory_ids);
  const std::vector<std::uint32_t> group_of_row = GroupOfRows(rows, dense.places.size());
  Number(dense, group_of_row);
  Listener listener(batch, speakers_, violations);
  // The first valid row of each id.
  std::vector<std::uint32_t> first_of(dense.distinct.size(), kNone);
  for (std::uint32_t row = 0; row < response_of_.size(); ++row) {
    if (!batch.valid.empty() && !batch.valid[row]) continue;
    std::uint32_t& first = first_of[dense.places[row]];
    if (first == kNone) first = row;
    if (group_of_row[first] != group_of_row[row]) {
      listener.Refuse("trajectory_ids", row, [&] {
        return Compose(NameOfTrajectory(batch.trajectory_ids[row]), " is in ",
                       rows.Name(group_of_row[row]), ", but ", listener.Trajectory(row, first),
                       " is in ", rows.Name(group_of_row[first]));
      });
    }
    listener.Hear(row, response_of_[row]);
  }
  rewards_ = listener.Rewards(response_of_.size());
  lengths_ = listener.Lengths(response_of_.size());
}

void Trajectories::Number(const DenseIds& ids, std::span<const std::uint32_t> group_of_row) {
  const auto rows = static_cast<std::uint32_t>(ids.places.size());
  response_of_.resize(rows);
  // First of each row the first row of the same response, that is with its id and in its group.
  std::vector<std::uint32_t> first_of(ids.distinct.size(), kNone);
  std::vector<std::uint32_t> elsewhere;  // in another group than the first row of their id
  for (std::uint32_t row = 0; row < rows; ++row) {
    std::uint32_t& first = first_of[ids.places[row]];
    if (first == kNone) first = row;
    response_of_[row] = first;
    if (group_of_row[first] != group_of_row[row]) elsewhere.push_back(row);
  }
  const auto response = [&](std::uint32_t row) {
    return std::pair(ids.places[row], group_of_row[row]);
  };
  std::ranges::sort(elsewhere, {}, [&](auto row) { return std::pair(response(row), row); });
  for (std::size_t i = 0; i < elsewhere.size(); ++i) {
    const std::uint32_t row = elsewhere[i];
    const bool goes_on = i > 0 && response(elsewhere[i - 1]) == response(row);
    response_of_[row] = goes_on ? response_of_[elsewhere[i - 1]] : row;
  }
  // Then the responses in the order in which they appear.
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (response_of_[row] < row) {
      response_of_[row] = response_of_[response_of_[row]];
      continue;
    }
    response_of_[row] = static_cast<std::uint32_t>(speakers_.size());
    speakers_.push_back(row);
    group_of_.push_back(group_of_row[row]);
  }
}

Groups Trajectories::Fold(const Groups& rows) const { return rows.Of(group_of_, speakers_); }

Batch Trajectories::Fold(Batch batch) const {
  if (!rewards_.empty()) batch.rewards = rewards_;
  if (!lengths_.empty()) batch.lengths = lengths_;
  return batch;
}

void Trajectories::Broadcast(const BitSpan& valid, std::span<float> out) const {
  for (std::size_t row = 0; row < out.size(); ++row) {
    const bool is_valid = valid.empty() || valid[row];
    out[row] = is_valid ? out[speakers_[response_of_[row]]] : 0;
  }
}

}  // namespace advantaged
