#include "core/surrogate/population.h"

#include <cmath>

namespace advantaged {

bool HasPopulationLimit(const Parameters& parameters) { return parameters.tables == nullptr; }

Pair PopulationLimit::At(double rho, double fail) const {
  stop_.Pass();
  // A power of two, so that c = ρn and n − c = (1−ρ)n are as exact as ρ and 1−ρ.
  constexpr double kMany = 0x1p60;
  const double k = parameters_.k;
  const double f = std::pow(fail, k - 1);
  const Counts counts{.n = row_.limit != nullptr ? n_ : kMany,
                      .c = rho * (row_.limit != nullptr ? n_ : kMany),
                      .rho = rho,
                      .fail = fail,
                      .f_correct = f,
                      .f_wrong = f,
                      .rho_k = -std::expm1(k * std::log1p(-rho))};
  return row_.limit != nullptr ? row_.limit(counts, parameters_)
                               : TableEntry(row_, counts, parameters_);
}

}  // namespace advantaged
