// Weighted REINFORCE: correct and wrong responses weighted apart; λ = 0 learns from failures only.
//
//   A₊ = λ,   A₋ = −1
//
// arXiv 2506.01347.
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr ParameterRow kParameters[] = {
    {.name = "positive_weight",
     .description = "lambda, weight of correct responses",
     .type = ParameterType::kReal,
     .minimum = 0,
     .example = "0.125",
     .set = [](Parameters& p, double value) { p.positive_weight = value; }}};

Pair Table(const Counts& /*unused*/, const Parameters& p) { return {p.positive_weight, -1}; }

SurrogateParts Surrogate(const Parameters& /*unused*/) { return {"(positive_weight + 1)*rho"}; }

}  // namespace

const MethodRow kWeightedReinforce{.name = "weighted_reinforce",
                                   .equation = "A+ = lambda, A- = -1",
                                   .source = "arXiv 2506.01347",
                                   .input = MethodInput::kOutcomes,
                                   .constant_group = ConstantGroup::kFormula,
                                   .parameters = kParameters,
                                   .smallest_group = AnyGroup,
                                   .table = Table,
                                   .surrogate = Surrogate};

}  // namespace advantaged
