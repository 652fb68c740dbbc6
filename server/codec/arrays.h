// The arrays of a batch that a request carries in one of two fields, as packed numbers or as bytes.
// Whoever looks at such an array asks here which fields it has.
#ifndef ADVANTAGED_SERVER_CODEC_ARRAYS_H_
#define ADVANTAGED_SERVER_CODEC_ARRAYS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "advantaged/v1/compute.pb.h"

namespace advantaged {

// `Value` is float or std::uint32_t, 4 bytes each, little-endian in the field of bytes.
template <typename Value>
struct BatchArray {
  using Request = v1::ComputeAdvantagesRequest;

  std::string_view name;        // of the field of packed numbers
  std::string_view bytes_name;  // of the field of bytes
  const google::protobuf::RepeatedField<Value>& (Request::*packed)() const;
  const std::string& (Request::*bytes)() const;

  // Values in both fields; a request that sets both is refused.
  std::size_t Size(const Request& request) const {
    return static_cast<std::size_t>((request.*packed)().size()) +
           (request.*bytes)().size() / sizeof(Value);
  }
  // False also if the bytes are fewer than one value has.
  bool IsEmpty(const Request& request) const {
    return (request.*packed)().empty() && (request.*bytes)().empty();
  }
};

inline constexpr BatchArray<float> kRewards{"rewards", "rewards_float32_le",
                                            &v1::ComputeAdvantagesRequest::rewards,
                                            &v1::ComputeAdvantagesRequest::rewards_float32_le};
// Rewards have a third field: one bit for each.
inline constexpr std::string_view kRewardBitsName = "reward_bits";
inline constexpr BatchArray<std::uint32_t> kGroupSizes{
    "group_sizes", "group_sizes_fixed32_le", &v1::ComputeAdvantagesRequest::group_sizes,
    &v1::ComputeAdvantagesRequest::group_sizes_fixed32_le};
inline constexpr BatchArray<std::uint32_t> kGroupIds{
    "group_ids", "group_ids_fixed32_le", &v1::ComputeAdvantagesRequest::group_ids,
    &v1::ComputeAdvantagesRequest::group_ids_fixed32_le};
inline constexpr BatchArray<std::uint32_t> kLengths{
    "lengths", "lengths_fixed32_le", &v1::ComputeAdvantagesRequest::lengths,
    &v1::ComputeAdvantagesRequest::lengths_fixed32_le};
inline constexpr BatchArray<std::uint32_t> kTrajectoryIds{
    "trajectory_ids", "trajectory_ids_fixed32_le", &v1::ComputeAdvantagesRequest::trajectory_ids,
    &v1::ComputeAdvantagesRequest::trajectory_ids_fixed32_le};

// The array that a field of bytes belongs to, else the field itself.
inline std::string_view ArrayOfField(std::string_view field) {
  constexpr std::array<std::array<std::string_view, 2>, 5> kNames{{
      {kRewards.bytes_name, kRewards.name},
      {kGroupSizes.bytes_name, kGroupSizes.name},
      {kGroupIds.bytes_name, kGroupIds.name},
      {kLengths.bytes_name, kLengths.name},
      {kTrajectoryIds.bytes_name, kTrajectoryIds.name},
  }};
  for (const auto& [bytes_name, name] : kNames) {
    if (field == bytes_name) return name;
  }
  return field;
}

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_CODEC_ARRAYS_H_
