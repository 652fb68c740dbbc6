#include "core/kernels/apply.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace advantaged {
namespace {

// The one rounding. Adding +0 turns −0 into 0: nobody wants to read "-0".
float Rounded(double value) { return static_cast<float>(value) + 0.0F; }

}  // namespace

void SelectByReward(std::span<const float> rewards, float correct, float wrong,
                    std::span<float> out) {
  for (std::size_t i = 0; i < rewards.size(); ++i) out[i] = rewards[i] == 1 ? correct : wrong;
}

void SelectByOutcome(std::span<const std::uint8_t> outcomes, float correct, float wrong,
                     std::span<float> out) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) out[i] = outcomes[i] != 0 ? correct : wrong;
}

void ApplyAffine(std::span<const float> rewards, double slope, double centre, double shift,
                 std::span<float> out) {
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    out[i] = Rounded(slope * ((static_cast<double>(rewards[i]) - centre) - shift));
  }
}

void ApplyAffineByOutcome(std::span<const float> rewards, std::span<const std::uint8_t> outcomes,
                          double slope_correct, double slope_wrong, double centre, double shift,
                          std::span<float> out) {
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    const double slope = outcomes[i] != 0 ? slope_correct : slope_wrong;
    out[i] = Rounded(slope * ((static_cast<double>(rewards[i]) - centre) - shift));
  }
}

void Round(std::span<const double> values, std::span<float> out) {
  for (std::size_t i = 0; i < values.size(); ++i) out[i] = Rounded(values[i]);
}

std::size_t FirstNonFinite(std::span<const float> values) {
  // All exponent bits set, found without a branch per element; the rare second pass looks for the
  // place.
  constexpr std::uint32_t kExponent = 0x7f800000U;
  std::uint32_t found = 0;
  for (const float value : values) {
    found |=
        static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent);
  }
  if (found == 0) return values.size();
  const auto at = std::find_if(values.begin(), values.end(), [](float value) {
    return (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent;
  });
  return static_cast<std::size_t>(at - values.begin());
}

}  // namespace advantaged
