// Requests and replies between the wire and the core. With method.h the only place that sees
// both.
#ifndef ADVANTAGED_SERVER_CODEC_CODEC_H_
#define ADVANTAGED_SERVER_CODEC_CODEC_H_

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "advantaged/advantaged.h"
#include "advantaged/v1/compute.pb.h"
#include "core/engine/computation.h"
#include "core/engine/summary.h"
#include "server/codec/arrays.h"

namespace advantaged {

// A request as the core wants it: views into the message, which must outlive it. Copies are made
// only of bytes that are not aligned to 4.
class DecodedRequest {
 public:
  // Adds violations about what only the wire has: two siblings of one array, bytes that are no
  // whole number of values, enum values that are not known.
  DecodedRequest(const v1::ComputeAdvantagesRequest& message, Violations& violations);
  DecodedRequest(const DecodedRequest&) = delete;
  DecodedRequest& operator=(const DecodedRequest&) = delete;

  const Request& request() const { return request_; }
  // Gives violations the name of the sibling that was sent, e.g. "rewards[3]" →
  // "rewards_float32_le[3]".
  void NameFields(Violations& violations) const;

 private:
  template <typename Value>
  std::span<const Value> Pick(const BatchArray<Value>& array,
                              const v1::ComputeAdvantagesRequest& message, std::vector<Value>& copy,
                              Violations& violations);
  void DecodeOptions(const v1::ComputeAdvantagesRequest& message, Violations& violations);

  Request request_;
  std::vector<std::pair<std::string_view, std::string>> renamed_;
  std::vector<float> rewards_;
  std::vector<std::uint32_t> group_sizes_, group_ids_, lengths_, trajectory_ids_;
};

// The memory of the reply that the advantages are computed into, in the form asked for; `size`
// floats.
std::span<float> RoomInMessage(v1::ReplyForm form, std::size_t size,
                               v1::ComputeAdvantagesResponse& response);

// Fills the reply's summary and, if asked, its group statistics while groups are computed.
class ReplyObserver final : public GroupObserver {
 public:
  // `next` may be null; it gets every report too.
  ReplyObserver(const v1::ComputeAdvantagesRequest& request,
                v1::ComputeAdvantagesResponse& response, GroupObserver* next);

  bool WantsEachGroup() const override { return statistics_ != nullptr; }
  void OnGroup(const GroupReport& report, std::uint64_t times) override;
  void OnAdvantages(std::span<const float> advantages) override;
  void OnAdvantage(float advantage, std::uint64_t times) override;
  void OnClipped(std::uint64_t low, std::uint64_t high) override;
  // Call once, after all groups. `responses` counts masked ones too.
  void Finish(std::size_t responses);

 private:
  v1::ComputeAdvantagesResponse& response_;
  v1::GroupStatistics* const statistics_;  // null unless asked for
  const bool with_ids_;
  SummaryBuilder summary_;
  GroupObserver* const next_;
};

// Warnings and batch moments.
void EncodeNotes(const Computation::Notes& notes, v1::ComputeAdvantagesResponse& response);

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_CODEC_H_
