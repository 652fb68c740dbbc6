// A request that owns its arrays, for tests.
#ifndef ADVANTAGED_TESTS_CORE_CALL_H_
#define ADVANTAGED_TESTS_CORE_CALL_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "advantaged/advantaged.h"

namespace advantaged::testing {

using Floats = std::vector<float>;
using Uints = std::vector<std::uint32_t>;
using Bytes = std::vector<std::uint8_t>;

// A bitmap of values that are each 0 or 1.
template <typename Number>
Bytes Bitmap(const std::vector<Number>& values) {
  Bytes bytes((values.size() + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) bytes[i / 8] |= static_cast<std::uint8_t>(1U << (i % 8));
  }
  return bytes;
}

struct Call {
  MethodSpec method;
  Floats rewards;
  Bytes reward_bits;
  std::size_t response_count = 0;
  std::optional<std::uint32_t> group_size;
  Uints group_sizes;
  Uints group_ids;
  std::optional<std::uint32_t> expected_group_size;
  Bytes valid;
  Bytes outcomes;
  Uints lengths;
  Uints trajectory_ids;
  TrajectoryReward trajectory_reward = TrajectoryReward::kEqualOrError;
  Options options;

  Result Run() const {
    Request request;
    request.method = method;
    request.batch.rewards = rewards;
    request.batch.reward_bits = {reward_bits};
    request.batch.response_count = response_count;
    request.batch.group_size = group_size;
    request.batch.group_sizes = group_sizes;
    request.batch.group_ids = group_ids;
    request.batch.expected_group_size = expected_group_size;
    request.batch.valid = {valid};
    request.batch.outcomes = {outcomes};
    request.batch.lengths = lengths;
    request.batch.trajectory_ids = trajectory_ids;
    request.batch.trajectory_reward = trajectory_reward;
    request.options = options;
    return Compute(request);
  }
};

// One group of these rewards.
inline Call OneGroup(const MethodSpec& method, const Floats& rewards) {
  Call call;
  call.method = method;
  call.rewards = rewards;
  call.group_size = static_cast<std::uint32_t>(rewards.size());
  return call;
}

inline std::string Describe(const Result& result) {
  std::string text;
  for (const Violation& violation : result.violations.listed()) {
    text += violation.field + ": " + violation.description + "\n";
  }
  return text;
}

inline std::string Describe(const MethodSpec& method) {
  std::string text = method.name;
  for (const auto& [name, value] : method.parameters) {
    text += " " + name + "=";
    if (const auto* flag = std::get_if<bool>(&value)) text += *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value)) text += std::to_string(*whole);
    if (const auto* real = std::get_if<double>(&value)) text += std::to_string(*real);
    if (const auto* choice = std::get_if<std::string>(&value)) text += *choice;
    if (const auto* constants = std::get_if<Constants>(&value)) {
      for (const auto& [constant, number] : *constants) {
        text += constant + "=" + std::to_string(number) + ",";
      }
    }
  }
  return text;
}

// The advantages of a call that must succeed.
inline Floats AdvantagesOf(const Call& call) {
  const Result result = call.Run();
  EXPECT_TRUE(result.ok()) << Describe(call.method) << "\n" << Describe(result);
  return result.ok() ? result.advantages : Floats();
}

inline Floats AdvantagesOf(const MethodSpec& method, const Floats& rewards) {
  return AdvantagesOf(OneGroup(method, rewards));
}

inline std::vector<std::uint32_t> BitsOf(const Floats& values) {
  std::vector<std::uint32_t> bits;
  bits.reserve(values.size());
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return bits;
}

// c ones, then n−c zeros.
inline Floats Outcomes(int n, int c) {
  Floats outcomes(static_cast<std::size_t>(n), 0.0F);
  std::fill_n(outcomes.begin(), c, 1.0F);
  return outcomes;
}

// Whole numbers as parameters: {"k", Whole(4)}.
inline ParameterValue Whole(std::int64_t number) { return number; }

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_CALL_H_
