// Brings a block of groups into the form that kernels want: the valid responses of each group side
// by side, one group after the other. A batch with a mask, or with groups by id in any order, is
// gathered here once per block, and its advantages are scattered once; to all else it is ordinary.
#ifndef ADVANTAGED_CORE_ENGINE_BLOCK_READER_H_
#define ADVANTAGED_CORE_ENGINE_BLOCK_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/batch/groups.h"
#include "core/kernels/group_places.h"
#include "core/kernels/table.h"

namespace advantaged {

class BlockReader {
 public:
  // Views of both are kept.
  BlockReader(const Batch& batch, const Groups& groups) : batch_(batch), groups_(groups) {}

  // Makes the groups first … last−1 the block that the functions below are about. Views of it live
  // until the next call. True if it is another block than before.
  void Read(std::size_t first, std::size_t last);

  // Where the responses stand, numbered from the block's first.
  GroupPlaces places() const;
  // The same with the rewards.
  GroupPlaces Rewards();
  // The rewards where they are sent as bits, and need not be gathered.
  std::optional<RewardBits> bits() const;
  // Of each response; empty unless the request has them.
  std::span<const std::uint32_t> Lengths();
  // 1 for each response that is correct and 0 for others, by the outcomes sent or by the threshold;
  // empty if the request has neither.
  std::span<const float> Outcomes(const std::optional<double>& success_threshold);
  // The index in the request of a response. Slow: for messages.
  std::uint32_t Index(std::size_t response) const;

  // Where kernels write the block's advantages: in `out` if they belong side by side there.
  std::span<float> Destination(std::span<float> out);
  // The same, never in `out`: for advantages that only the observer gets.
  std::span<float> Scratch();
  // Brings them from there to where they belong in `out`, and 0 to masked responses.
  void Deliver(std::span<float> out) const;

 private:
  bool masked() const { return !batch_.valid.empty(); }
  bool in_order() const { return groups_.contiguous() && !masked(); }
  void CountValid(std::size_t first, std::size_t last);
  // Calls visit(index, valid) for each member of the block, in the order of groups.
  template <typename Visit>
  void ForMembers(Visit visit) const;
  // Puts of(index) of each response side by side.
  template <typename T, typename Of>
  std::span<const T> Gather(std::vector<T>& to, Of of);

  const Batch& batch_;
  const Groups& groups_;
  std::size_t first_ = 0;  // groups
  std::size_t last_ = 0;
  std::size_t begin_ = 0;  // members, masked ones included
  std::size_t end_ = 0;
  std::size_t responses_ = 0;
  std::vector<std::uint32_t> offsets_;  // of the groups of a block with a mask
  std::span<const float> rewards_;      // null until asked for
  std::vector<float> gathered_;
  std::vector<std::uint32_t> lengths_;
  std::vector<float> outcomes_;
  std::vector<float> written_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_ENGINE_BLOCK_READER_H_
