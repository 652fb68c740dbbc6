// REINFORCE_K: the gradient of Pass@K without a baseline.
//
//   A₊ = f₊,   A₋ = 0         (× K with keep_factor_k)
//
// A correct response counts by the chance that K−1 others would all have failed. Unbiased for ∇ρ_K
// / K. Equations (13)–(15) of arXiv 2510.23049v1.
#include "core/methods/pass_at_k.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

Pair Table(const Counts& g, const Parameters& p) { return {FactorK(p) * g.f_correct, 0}; }

}  // namespace

const MethodRow kPassAtKReinforce{.name = "pass_at_k_reinforce",
                                  .equation = "A+ = f+, A- = 0",
                                  .source = "arXiv 2510.23049v1 (13)-(15)",
                                  .input = MethodInput::kOutcomes,
                                  .constant_group = ConstantGroup::kFormula,
                                  .parameters = kPassAtKParameters,
                                  .smallest_group = GroupOfK,
                                  .table = Table,
                                  .surrogate = PassAtKRate,
                                  .keeps_mean = true};

}  // namespace advantaged
