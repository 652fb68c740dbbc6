// Parameters and small groups that several methods share.
#ifndef ADVANTAGED_CORE_METHODS_PARAMETERS_H_
#define ADVANTAGED_CORE_METHODS_PARAMETERS_H_

#include <algorithm>
#include <string_view>

#include "core/methods/method.h"

namespace advantaged {

inline constexpr ParameterRow kParameterK{
    .name = "k",
    .description = "K of Pass@K",
    .type = ParameterType::kInteger,
    .minimum = 1,
    .maximum = kMaxGroupSize,
    .example = "2",
    .set = [](Parameters& p, double value) { p.k = static_cast<std::uint32_t>(value); }};

inline constexpr ParameterRow kParameterKeepFactorK{
    .name = "keep_factor_k",
    .description = "multiply by K, the factor of grad rho_K that the paper drops",
    .type = ParameterType::kFlag,
    .default_number = 0,
    .example = "true",
    .set = [](Parameters& p, double value) { p.keep_factor_k = value != 0; }};

// In the order of `Base`.
inline constexpr std::string_view kBaseNames[] = {"reinforce", "rloo", "grpo", "dr_grpo"};
inline constexpr ParameterRow kParameterBase{
    .name = "base",
    .description = "method that is scaled",
    .type = ParameterType::kChoice,
    .choices = kBaseNames,
    .example = "rloo",
    .set = [](Parameters& p, double value) { p.base = static_cast<Base>(value); }};

// The smallest group of a method …
constexpr std::uint32_t AnyGroup(const Parameters& /*unused*/) { return 1; }  // without a baseline
constexpr std::uint32_t GroupOfTwo(const Parameters& /*unused*/) { return 2; }  // with one
// … of Pass@K without a baseline, and with one …
constexpr std::uint32_t GroupOfK(const Parameters& p) { return p.k; }
constexpr std::uint32_t GroupOfTwoAndK(const Parameters& p) { return std::max(2U, p.k); }
constexpr std::uint32_t GroupOfBase(const Parameters& p) {  // of a scaled base
  return p.base == Base::kReinforce ? 1 : 2;
}

// The base of a method …
constexpr Base ChosenBase(const Parameters& p) { return p.base; }
constexpr Base GrpoBase(const Parameters& /*unused*/) { return Base::kGrpo; }
constexpr Base RlooBase(const Parameters& /*unused*/) { return Base::kRloo; }

// F, where several methods share it …
constexpr SurrogateParts SuccessRate(const Parameters& /*unused*/) { return {"rho"}; }
constexpr SurrogateParts PassAtKRate(const Parameters& p) {  // REINFORCE_K, RLOO_K; (10), (11)
  return {p.keep_factor_k ? "rho_k" : "rho_k/k"};
}
constexpr SurrogateParts PassAtKArcsine(const Parameters& p) {  // GRPO_K; (34)
  return {p.keep_factor_k ? "k*incomplete_beta(rho, 1/2, k - 1/2)"
                          : "incomplete_beta(rho, 1/2, k - 1/2)"};
}

// K if `keep_factor_k`, else 1.
constexpr double FactorK(const Parameters& p) { return p.keep_factor_k ? p.k : 1; }

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_PARAMETERS_H_
