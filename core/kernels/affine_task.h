// What AffineGroups hands to its kernel.
#ifndef ADVANTAGED_CORE_KERNELS_AFFINE_TASK_H_
#define ADVANTAGED_CORE_KERNELS_AFFINE_TASK_H_

#include "core/kernels/affine_rule.h"
#include "core/kernels/constant_rule.h"
#include "core/kernels/group_places.h"
#include "core/kernels/moment_arrays.h"

namespace advantaged {

// Arrays have one element for each group, `out` one for each reward.
struct AffineTask {
  const GroupPlaces& groups;
  std::size_t first;  // groups first … last−1
  std::size_t last;
  bool look;  // the moments are to be found first
  const AffineRule& rule;
  const ConstantRule& constant;
  MomentArrays moments;
  const double* centre;
  const double* shift;
  double* slope;
  float* least;
  float* greatest;
  float* out;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_KERNELS_AFFINE_TASK_H_
