// What goes in: the arrays of one batch, as views of the caller's memory, and how to compute.
//
//   const std::vector<float> rewards = …;                  // N of them
//   Batch batch{.rewards = rewards, .group_size = 8};      // groups of 8, one after the other
//   Settings settings;
//   settings.mutable_method()->mutable_pass_at_k_grpo()->set_k(4);
//   settings.set_expected_group_size(8);
//
// How the arrays travel (bits instead of floats, pairs of advantages instead of one for each
// response) is the client's business: it takes the smallest form that gives the same bits.
#ifndef ADVANTAGED_CLIENT_BATCH_H_
#define ADVANTAGED_CLIENT_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "advantaged/v1/compute.pb.h"

namespace advantaged::client {

// One yes or no for each row, or not set.
class Mask {
 public:
  Mask() = default;
  // One element for each row. An empty span counts as not set.
  Mask(std::span<const bool> values) : values_(values) {}  // NOLINT(google-explicit-constructor)
  // Bit i, least significant bit first, is bit i % 8 of byte i / 8: exactly ceil(N/8) bytes, and
  // the unused high bits of the last must be 0.
  static Mask Bitmap(std::span<const std::uint8_t> bytes) {
    Mask mask;
    mask.bytes_ = bytes;
    return mask;
  }

  bool empty() const { return values_.empty() && bytes_.empty(); }
  bool is_bitmap() const { return !bytes_.empty(); }
  std::span<const bool> values() const { return values_; }
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  // Of a mask that is set and has such a row.
  bool operator[](std::size_t row) const {
    return is_bitmap() ? (bytes_[row / 8] >> row % 8 & 1) != 0 : values_[row];
  }

 private:
  std::span<const bool> values_;
  std::span<const std::uint8_t> bytes_;
};

// N rows; a row is a response, unless `trajectory_ids` say that several rows are one. compute.proto
// says everything about the fields of the same names. An empty array counts as not set. What the
// views show must stay until the call is over.
struct Batch {
  // In any unit, N >= 1. NaN and infinities are INVALID_ARGUMENT, naming the index, unless `valid`
  // masks them out.
  std::span<const float> rewards{};

  // Groups; exactly one of the three must be set:
  std::optional<std::uint32_t> group_size{};     // all alike and contiguous; >= 1 and divides N
  std::span<const std::uint32_t> group_sizes{};  // contiguous, in order, each >= 1; they sum to N
  std::span<const std::uint32_t> group_ids{};    // N of them, any values in any order

  // A row that is not valid is out of every statistic and gets the advantage 0. Default: all are.
  Mask valid{};
  // Which rows are correct, where the rewards are shaped and do not say so.
  Mask outcomes{};
  // In tokens, N of them; required by `opo` and by stages that weigh by tokens.
  std::span<const std::uint32_t> lengths{};
  // N of them: rows with the same id are one response.
  std::span<const std::uint32_t> trajectory_ids{};
};

// Everything else, as the contract has it: `method`, which is required (see method_spec.h for
// methods by name), `stages`, `group_statistics`, `pass_at`, `run`, `observe`, …. The arrays of
// the batch, `response_count` and `reply_form` are the client's to set: one that is set here is
// INVALID_ARGUMENT.
using Settings = v1::ComputeAdvantagesRequest;

// What comes out, as the contract has it, whatever travelled: `advantages` has the advantage of
// every row, `advantages_float32_le` and `advantages_per_group` are empty.
using Reply = v1::ComputeAdvantagesResponse;

// `reply.advantages()` as a view: one float32 per row in the order of the batch, 0 for masked rows.
inline std::span<const float> Advantages(const Reply& reply) {
  return {reply.advantages().data(), static_cast<std::size_t>(reply.advantages_size())};
}

}  // namespace advantaged::client

#endif  // ADVANTAGED_CLIENT_BATCH_H_
