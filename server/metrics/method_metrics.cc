#include "server/metrics/method_metrics.h"

namespace advantaged {

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
      sign(CounterFamily(registry, "advantaged_advantage_sign_total",
                         "Valid responses by the sign of their advantage, as returned.")) {}

MethodMetrics::MethodMetrics(const prometheus::Labels& labels, MethodFamilies& families)
    : families_(families),
      responses_(families.responses.Add(labels)),
      success_rate_(AddHistogram(families.success_rate, labels, kRateEdges)),
      magnitude_(AddHistogram(families.magnitude, labels, kWeightEdges)) {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    groups_[i] = &families.groups.Add(With(labels, "outcome", kOutcomes[i]));
  }
  for (std::size_t i = 0; i < kSignsAndZero.size(); ++i) {
    sign_[i] = &families.sign.Add(With(labels, "sign", kSignsAndZero[i]));
  }
}

MethodMetrics::~MethodMetrics() {
  families_.responses.Remove(&responses_);
  families_.success_rate.Remove(&success_rate_);
  families_.magnitude.Remove(&magnitude_);
  for (auto* groups : groups_) families_.groups.Remove(groups);
  for (auto* sign : sign_) families_.sign.Remove(sign);
}

void MethodMetrics::Commit(const BatchTally& tally) {
  responses_.Increment(static_cast<double>(tally.responses));
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    groups_[i]->Increment(static_cast<double>(tally.outcomes[i]));
  }
  tally.success_rate.PublishTo(success_rate_);
  tally.magnitude.PublishTo(magnitude_);
  const std::array<std::uint64_t, kSignsAndZero.size()> signs = tally.magnitude.Signs();
  for (std::size_t i = 0; i < kSignsAndZero.size(); ++i) {
    sign_[i]->Increment(static_cast<double>(signs[i]));
  }
}

}  // namespace advantaged
