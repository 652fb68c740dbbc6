// The loops that write advantages: one for each of the three shapes a method can take
// (core/methods/method.h). Each reads a group's inputs once and writes each output once, rounded
// from double exactly once.
#ifndef ADVANTAGED_CORE_KERNELS_APPLY_H_
#define ADVANTAGED_CORE_KERNELS_APPLY_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace advantaged {

// Table: out_i = outcomes_i == 1 ? correct : wrong.
void SelectPair(std::span<const float> outcomes, float correct, float wrong, std::span<float> out);

// A_i = slope · ((r_i − centre) − shift). Two subtractions, so that the mean may carry more digits
// than one double.
struct Affine {
  double slope;
  double centre;
  double shift;
};

// Affine: out_i = slope · ((rewards_i − centre) − shift).
void ApplyAffine(std::span<const float> rewards, double slope, double centre, double shift,
                 std::span<float> out);

// Affine with a slope for each outcome, 0 or 1 (`shape_rewards`).
void ApplyAffineByOutcome(std::span<const float> rewards, std::span<const float> outcomes,
                          double slope_correct, double slope_wrong, double centre, double shift,
                          std::span<float> out);

// Rounds doubles to float32; values beyond float32 become infinite.
void ToFloat32(std::span<const double> values, std::span<float> out);

// The index of the first value that is not finite, or `values.size()`.
std::size_t FirstNonFinite(std::span<const float> values);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_APPLY_H_
