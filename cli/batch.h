// The groups of one call: the request they make, and where each came from.
#ifndef ADVANTAGED_CLI_BATCH_H_
#define ADVANTAGED_CLI_BATCH_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "advantaged/v1/compute.pb.h"
#include "cli/input_line.h"

namespace advantaged::cli {

class Batch {
 public:
  struct Group {
    std::size_t line;               // in the input, from 1
    std::optional<std::string> id;  // as the line gives it
    std::size_t offset;             // of its first response in the call
    std::size_t size;
  };

  // `settings` is a request with everything but the arrays.
  explicit Batch(v1::ComputeAdvantagesRequest settings) : request_(std::move(settings)) {}

  void Add(std::size_t line_number, InputLine line);
  // Back to no groups, keeping buffers.
  void Clear();

  // The request of all groups added.
  const v1::ComputeAdvantagesRequest& request();
  std::span<const Group> groups() const { return groups_; }
  std::size_t response_count() const { return responses_; }
  float reward(std::size_t response) const { return request_.rewards(static_cast<int>(response)); }
  // The group of a response of the call.
  const Group& GroupOf(std::size_t response) const;
  // Whether the rewards of all valid responses lie within `tolerance` of each other.
  bool ConstantRewards(const Group& group, double tolerance) const;

 private:
  v1::ComputeAdvantagesRequest request_;
  std::vector<Group> groups_;
  std::size_t responses_ = 0;
  std::string valid_;  // bitmap of all responses; sent only if some line masks
  bool has_valid_ = false;
};

}  // namespace advantaged::cli

#endif  // ADVANTAGED_CLI_BATCH_H_
