// Several rows that are one response: what agents emit, a row for each turn.
//
// Rows with the same trajectory id are one response. One of its rows speaks for it: groups,
// statistics and kernels see that row alone, and its advantage then goes to every valid row of the
// response. So indices are those of the caller's rows throughout.
//
// A masked row is not there: it has no reward, outcome or length, and gets 0. A response is valid
// if any of its rows is. Valid rows of one id are of one group; masked ones may share an id over
// several, as padding does, and are a response of each.
#ifndef ADVANTAGED_CORE_BATCH_TRAJECTORIES_H_
#define ADVANTAGED_CORE_BATCH_TRAJECTORIES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/batch/dense_ids.h"
#include "core/batch/groups.h"

namespace advantaged {

class Trajectories {
 public:
  // Folds the rows of a batch with trajectory ids, whose arrays have been checked; `rows` are its
  // groups. Adds violations for rows that do not agree, and is then not to be used. O(rows), plus
  // what Densify takes.
  Trajectories(const Batch& batch, const Groups& rows, Violations& violations);

  std::size_t responses() const { return speakers_.size(); }
  // The row that speaks for a response: its first valid one, with `last` its last valid one; its
  // first if none is valid. Responses are in order of first appearance.
  std::uint32_t speaker(std::size_t response) const { return speakers_[response]; }

  // Groups with the speakers as members.
  Groups Fold(const Groups& rows) const;
  // The batch with the reward and the length of each response at its speaker. A view of this
  // object.
  Batch Fold(Batch batch) const;

  // Gives every row the value at its speaker, and masked rows 0.
  void Broadcast(const BitSpan& valid, std::span<float> out) const;

 private:
  // Numbers the responses, a group's rows of one id each, in order of first appearance.
  void Number(const DenseIds& ids, std::span<const std::uint32_t> group_of_row);

  std::vector<std::uint32_t> response_of_;  // of each row
  std::vector<std::uint32_t> speakers_;     // of each response
  std::vector<std::uint32_t> group_of_;     // of each response
  std::vector<float> rewards_;              // by row; empty unless rewards are added up
  std::vector<std::uint32_t> lengths_;      // by row; empty unless the batch has them
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_BATCH_TRAJECTORIES_H_
