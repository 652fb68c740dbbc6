// GRPO: mean baseline, divided by the standard deviation of the group.
//
//   A_i = (r_i − mean) / (sd + ε),   sd = √( Σ_j (r_j − mean)² / (n − ddof) )
//   ddof = 0, ε = 0:  A₊ = √((1−ρ̂)/ρ̂),   A₋ = −√(ρ̂/(1−ρ̂))
//
// Equation (8) of arXiv 2510.23049v1. Frameworks differ in ddof and ε: both are parameters.
#include <cmath>

#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {
    {.name = "ddof",
     .description = "0: the standard deviation divides by n, 1: by n-1",
     .type = ParameterType::kInteger,
     .minimum = 0,
     .maximum = 1,
     .default_number = 0,
     .example = "1",
     .set = [](Parameters& p, double value) { p.ddof = static_cast<std::uint32_t>(value); }},
    {.name = "epsilon",
     .description = "added to the standard deviation",
     .type = ParameterType::kReal,
     .minimum = 0,
     .default_number = 0,
     .example = "0.25",
     .set = [](Parameters& p, double value) { p.epsilon = value; }}};

Pair Table(const Counts& g, const Parameters& p) {
  const double sd = std::sqrt(g.c * (g.n - g.c) / (g.n * (g.n - p.ddof)));
  return {g.fail / (sd + p.epsilon), -g.rho / (sd + p.epsilon)};
}

AffineRule Rewards(const Parameters& p) {
  return {.slope = AffineRule::Slope::kDeviation,
          .ddof = static_cast<double>(p.ddof),
          .epsilon = p.epsilon};
}

// An ε > 0 leaves no closed form; ddof makes no difference to large groups.
SurrogateParts Surrogate(const Parameters& p) {
  return {p.epsilon == 0 ? "2*asin(sqrt(rho))" : ""};
}

}  // namespace

const MethodRow kGrpo{
    .name = "grpo",
    .equation =
        "A_i = (r_i - mean)/(sd + epsilon); A+ = sqrt((1-rho)/rho), A- = -sqrt(rho/(1-rho))",
    .source = "arXiv 2510.23049v1 (8)",
    .input = MethodInput::kRewards,
    .constant_group = ConstantGroup::kZero,
    .parameters = kParameters,
    .smallest_group = GroupOfTwo,
    .table = Table,
    .affine = ByRule<Rewards>,
    .rule = Rewards,
    .surrogate = Surrogate};

}  // namespace advantaged
