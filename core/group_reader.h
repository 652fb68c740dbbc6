// Brings one group after the other into the form that kernels want: its valid responses side by
// side.
#ifndef ADVANTAGED_CORE_GROUP_READER_H_
#define ADVANTAGED_CORE_GROUP_READER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/groups.h"

namespace advantaged {

// The valid responses of one group, in the order of the request. Views live until the next Read.
struct GroupInput {
  std::span<const float> rewards;
  std::span<const std::uint32_t> lengths;  // empty unless the request has them
  std::uint32_t first = 0;                 // index of the first response, if `indices` is empty
  std::span<const std::uint32_t>
      indices;  // index of each response, unless they stand side by side in the request

  std::uint32_t index(std::size_t i) const {
    return indices.empty() ? first + static_cast<std::uint32_t>(i) : indices[i];
  }
};

// Whether each valid response is correct.
struct GroupOutcomes {
  bool known = false;
  bool are_rewards = false;            // the rewards are the outcomes; `bits` is then empty
  std::uint32_t correct = 0;           // how many are
  std::span<const std::uint8_t> bits;  // 0 or 1 each
};

class GroupReader {
 public:
  // Views of all three are kept.
  GroupReader(const Batch& batch, const Options& options, const Groups& groups)
      : batch_(batch), options_(options), groups_(groups) {}

  GroupInput Read(std::size_t group);
  // The same for a batch without a mask, whose rewards of this group are side by side already, in
  // the request or elsewhere.
  GroupInput Read(std::size_t group, std::span<const float> rewards);

  // The outcomes of the group just read: those sent, or by threshold, or its rewards if all are 0
  // or 1 (`binary`, with `ones` of them 1), or unknown.
  GroupOutcomes ReadOutcomes(const GroupInput& input, bool binary, std::size_t ones);

  // The outcomes as bits also where they are the rewards.
  std::span<const std::uint8_t> Bits(const GroupInput& input, const GroupOutcomes& outcomes);

 private:
  template <typename Correct>
  GroupOutcomes Fill(const GroupInput& input, Correct correct);

  const Batch& batch_;
  const Options& options_;
  const Groups& groups_;
  std::vector<float> rewards_;
  std::vector<std::uint32_t> lengths_;
  std::vector<std::uint32_t> indices_;
  std::vector<std::uint8_t> bits_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_GROUP_READER_H_
