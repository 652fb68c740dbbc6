// Two mixtures that attend to hard prompts through Pass@K and to easy ones through GRPO.
//
//   combined_shaped:  ρ̂·A_shaped + (1−ρ̂)·A_GRPO                                     (24)
//   combined_direct:  A₊ = ((1−ρ̂) + ρ̂·f₊)·A_GRPO,   A₋ = ((1−ρ̂) + ρ̂·f₋)·A_GRPO     (25)
//
// Equations of arXiv 2510.23049v1.
#include "core/methods/parameters.h"
#include "core/methods/rows.h"
#include "core/methods/shaped.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {kParameterK};

Pair Shaped(const Counts& g, const Parameters& /*unused*/) {
  const double factor = g.rho * ShapedFactor(g) + g.fail;
  return {factor, factor};
}

Pair Direct(const Counts& g, const Parameters& /*unused*/) {
  return {g.fail + g.rho * g.f_correct, g.fail + g.rho * g.f_wrong};
}

SurrogateParts DirectSurrogate(const Parameters& /*unused*/) {
  return {"asin(sqrt(rho)) + std(rho) + incomplete_beta(rho, 3/2, k - 1/2)"};
}

}  // namespace

const MethodRow kCombinedShaped{.name = "combined_shaped",
                                .equation = "rho A_shaped + (1-rho) A_GRPO",
                                .source = "arXiv 2510.23049v1 (24)",
                                .input = MethodInput::kOutcomes,
                                .constant_group = ConstantGroup::kZero,
                                .parameters = kParameters,
                                .smallest_group = GroupOfTwoAndK,
                                .factor = Shaped,
                                .base = GrpoBase};

const MethodRow kCombinedDirect{
    .name = "combined_direct",
    .equation = "A+ = ((1-rho) + rho f+) A_GRPO, A- = ((1-rho) + rho f-) A_GRPO",
    .source = "arXiv 2510.23049v1 (25)",
    .input = MethodInput::kOutcomes,
    .constant_group = ConstantGroup::kZero,
    .parameters = kParameters,
    .smallest_group = GroupOfTwoAndK,
    .factor = Direct,
    .base = GrpoBase,
    .surrogate = DirectSurrogate,
    .keeps_mean = true};

}  // namespace advantaged
