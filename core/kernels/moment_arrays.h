// What GroupMoments hands to its kernel.
#ifndef ADVANTAGED_CORE_KERNELS_MOMENT_ARRAYS_H_
#define ADVANTAGED_CORE_KERNELS_MOMENT_ARRAYS_H_

#include <cstdint>

namespace advantaged {

// Of each group one element. Whole vectors of groups: the caller repeats the last.
struct MomentArrays {
  const float* const* begin;
  const double* n;
  double* mean;
  double* residual;
  double* centred_squares;
  float* minimum;
  float* maximum;
  std::uint8_t* binary;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_MOMENT_ARRAYS_H_
