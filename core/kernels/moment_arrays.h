// Numbers of many groups, as kernels take them.
#ifndef ADVANTAGED_CORE_KERNELS_MOMENT_ARRAYS_H_
#define ADVANTAGED_CORE_KERNELS_MOMENT_ARRAYS_H_

#include <cstddef>
#include <cstdint>

namespace advantaged {

// Groups that a kernel may take at once.
inline constexpr std::size_t kGroupsAtOnce = 16;

// The size of arrays of numbers per group: kernels fill whole vectors, and read one beyond.
constexpr std::size_t PaddedCount(std::size_t groups) {
  return (groups + kGroupsAtOnce - 1) / kGroupsAtOnce * kGroupsAtOnce + kGroupsAtOnce;
}

// Of each group one element: what GroupMoments holds.
struct MomentArrays {
  const double* n;
  double* mean;
  double* residual;
  double* centred_squares;
  float* minimum;
  float* maximum;
  std::uint8_t* binary;
};

// Of each group one element: slope · ((r − centre) − shift).
struct AffineArrays {
  const double* slope;
  const double* centre;
  const double* shift;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_MOMENT_ARRAYS_H_
