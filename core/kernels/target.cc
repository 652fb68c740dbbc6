#include "core/kernels/target.h"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/target.cc"
#include <hwy/foreach_target.h>  // includes this file again for each target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace advantaged {
namespace HWY_NAMESPACE {

// A kernel like the others, which says where it runs.
std::int64_t ThisTarget() { return HWY_TARGET; }

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace advantaged
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace advantaged {

HWY_EXPORT(ThisTarget);

const std::vector<std::string_view>& KernelTargets() {
  // Asked once, before UseKernelTarget() can hide any.
  static const std::vector<std::string_view> kTargets = [] {
    std::vector<std::string_view> names;
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      names.emplace_back(hwy::TargetName(target));
    }
    return names;
  }();
  return kTargets;
}

std::string_view ScalarKernelTarget() { return KernelTargets().back(); }

std::string_view KernelTarget() { return hwy::TargetName(HWY_DYNAMIC_DISPATCH(ThisTarget)()); }

void UseKernelTarget(std::string_view name) {
  UseBestKernelTarget();
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (hwy::TargetName(target) == name) {
      hwy::DisableTargets(~target);
      return;
    }
  }
}

void UseBestKernelTarget() {
  KernelTargets();
  hwy::DisableTargets(0);
}

}  // namespace advantaged
#endif  // HWY_ONCE
