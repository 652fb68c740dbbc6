#include "server/metrics/weight_metrics.h"

namespace advantaged {
namespace {

// "0", "0.0625", … "1": the upper edge of a bucket of ρ̂, as the histogram's `le` has it.
std::string RateLabel(double edge) {
  std::string text = std::to_string(edge);  // six decimals; multiples of 1/16 need four
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

WeightFamilies::WeightFamilies(prometheus::Registry& registry)
    : weight(
          HistogramFamily(registry, "advantaged_effective_weight",
                          "Effective gradient weight W = |(1/n) sum A_i| over the correct or the "
                          "wrong responses of each group whose outcomes are known, before "
                          "stages.")),
      mass(CounterFamily(registry, "advantaged_weight_mass_total",
                         "Sum over groups of (1/n) sum |A_i|, by success rate (upper edge of its "
                         "bucket), side, and sign of A_i: which difficulty gets the gradient.")) {}

WeightMetrics::WeightMetrics(const std::string& method, WeightFamilies& families) {
  const prometheus::Labels of_method = {{"method", method}};
  for (std::size_t side = 0; side < kSides.size(); ++side) {
    weight_[side] =
        &AddHistogram(families.weight, With(of_method, "side", kSides[side]), kWeightEdges);
  }
  for (std::size_t bucket = 0; bucket < kRateEdges.size(); ++bucket) {
    const auto of_bucket = With(of_method, "rho_bucket", RateLabel(kRateEdges[bucket]));
    for (std::size_t side = 0; side < kSides.size(); ++side) {
      const auto of_side = With(of_bucket, "side", kSides[side]);
      for (std::size_t sign = 0; sign < kSigns.size(); ++sign) {
        mass_[bucket][side][sign] = &families.mass.Add(With(of_side, "sign", kSigns[sign]));
      }
    }
  }
}

void WeightMetrics::Commit(const BatchTally& tally) {
  for (std::size_t side = 0; side < kSides.size(); ++side) {
    tally.weight[side].PublishTo(*weight_[side]);
  }
  for (std::size_t bucket = 0; bucket < kRateEdges.size(); ++bucket) {
    for (std::size_t side = 0; side < kSides.size(); ++side) {
      for (std::size_t sign = 0; sign < kSigns.size(); ++sign) {
        // Most are 0, and even adding that takes the counter from other threads.
        const double mass = tally.mass[bucket][side][sign];
        if (mass > 0) mass_[bucket][side][sign]->Increment(mass);
      }
    }
  }
}

}  // namespace advantaged
