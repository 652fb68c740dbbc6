#include "server/metrics/method_metrics.h"

#include <string>

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

MethodFamilies::MethodFamilies(prometheus::Registry& registry)
    : responses(CounterFamily(registry, "advantaged_responses_total",
                              "Valid responses; masked ones do not count.")),
      groups(
          CounterFamily(registry, "advantaged_groups_total",
                        "Groups by outcome: all_fail, mixed or all_pass where outcomes are "
                        "known, constant or varied rewards where they are not, empty where every "
                        "response is masked.")),
      success_rate(
          HistogramFamily(registry, "advantaged_success_rate",
                          "Success rate rho = c/n of each group whose outcomes are known.")),
      magnitude(HistogramFamily(registry, "advantaged_advantage_magnitude",
                                "|A| of each valid response, as returned.")),
      weight(
          HistogramFamily(registry, "advantaged_effective_weight",
                          "Effective gradient weight W = |(1/n) sum A_i| over the correct or the "
                          "wrong responses of each group whose outcomes are known, before "
                          "stages.")),
      mass(CounterFamily(registry, "advantaged_weight_mass_total",
                         "Sum over groups of (1/n) sum |A_i|, by success rate (upper edge of its "
                         "bucket), side, and sign of A_i: which difficulty gets the gradient.")) {}

MethodMetrics::MethodMetrics(std::string_view name, MethodFamilies& families)
    : name_(name),
      responses_(families.responses.Add({{"method", std::string(name)}})),
      success_rate_(
          AddHistogram(families.success_rate, {{"method", std::string(name)}}, kRateEdges)),
      magnitude_(AddHistogram(families.magnitude, {{"method", std::string(name)}}, kWeightEdges)) {
  const std::string method(name);
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    groups_[i] = &families.groups.Add({{"method", method}, {"outcome", std::string(kOutcomes[i])}});
  }
  for (std::size_t side = 0; side < kSides.size(); ++side) {
    weight_[side] = &AddHistogram(
        families.weight, {{"method", method}, {"side", std::string(kSides[side])}}, kWeightEdges);
  }
  AddMass(method, families);
}

void MethodMetrics::AddMass(const std::string& method, MethodFamilies& families) {
  for (std::size_t bucket = 0; bucket < kRateEdges.size(); ++bucket) {
    for (std::size_t side = 0; side < kSides.size(); ++side) {
      for (std::size_t sign = 0; sign < kSigns.size(); ++sign) {
        mass_[bucket][side][sign] =
            &families.mass.Add({{"method", method},
                                {"rho_bucket", RateLabel(kRateEdges[bucket])},
                                {"side", std::string(kSides[side])},
                                {"sign", std::string(kSigns[sign])}});
      }
    }
  }
}

void MethodMetrics::Commit(const BatchTally& tally) {
  responses_.Increment(static_cast<double>(tally.responses));
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    groups_[i]->Increment(static_cast<double>(tally.outcomes[i]));
  }
  tally.success_rate.PublishTo(success_rate_);
  tally.magnitude.PublishTo(magnitude_);
  for (std::size_t side = 0; side < kSides.size(); ++side) {
    tally.weight[side].PublishTo(*weight_[side]);
  }
  for (std::size_t bucket = 0; bucket < kRateEdges.size(); ++bucket) {
    for (std::size_t side = 0; side < kSides.size(); ++side) {
      for (std::size_t sign = 0; sign < kSigns.size(); ++sign) {
        mass_[bucket][side][sign]->Increment(tally.mass[bucket][side][sign]);
      }
    }
  }
}

}  // namespace advantaged
