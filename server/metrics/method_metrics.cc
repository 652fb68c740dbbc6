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

prometheus::Labels With(prometheus::Labels labels, const char* name, std::string_view value) {
  labels.emplace(name, value);
  return labels;
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
      sign(CounterFamily(registry, "advantaged_advantage_sign_total",
                         "Valid responses by the sign of their advantage, as returned.")),
      weight(
          HistogramFamily(registry, "advantaged_effective_weight",
                          "Effective gradient weight W = |(1/n) sum A_i| over the correct or the "
                          "wrong responses of each group whose outcomes are known, before "
                          "stages.")),
      mass(CounterFamily(registry, "advantaged_weight_mass_total",
                         "Sum over groups of (1/n) sum |A_i|, by success rate (upper edge of its "
                         "bucket), side, and sign of A_i: which difficulty gets the gradient.")) {}

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
  for (std::size_t side = 0; side < kSides.size(); ++side) {
    weight_[side] =
        &AddHistogram(families.weight, With(labels, "side", kSides[side]), kWeightEdges);
  }
  AddMass(labels);
}

void MethodMetrics::AddMass(const prometheus::Labels& labels) {
  for (std::size_t bucket = 0; bucket < kRateEdges.size(); ++bucket) {
    const auto of_bucket = With(labels, "rho_bucket", RateLabel(kRateEdges[bucket]));
    for (std::size_t side = 0; side < kSides.size(); ++side) {
      const auto of_side = With(of_bucket, "side", kSides[side]);
      for (std::size_t sign = 0; sign < kSigns.size(); ++sign) {
        mass_[bucket][side][sign] = &families_.mass.Add(With(of_side, "sign", kSigns[sign]));
      }
    }
  }
}

MethodMetrics::~MethodMetrics() {
  families_.responses.Remove(&responses_);
  families_.success_rate.Remove(&success_rate_);
  families_.magnitude.Remove(&magnitude_);
  for (auto* groups : groups_) families_.groups.Remove(groups);
  for (auto* sign : sign_) families_.sign.Remove(sign);
  for (auto* weight : weight_) families_.weight.Remove(weight);
  for (const auto& of_bucket : mass_) {
    for (const auto& of_side : of_bucket) {
      for (auto* mass : of_side) families_.mass.Remove(mass);
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
  const std::array<std::uint64_t, kSignsAndZero.size()> signs = tally.magnitude.Signs();
  for (std::size_t i = 0; i < kSignsAndZero.size(); ++i) {
    sign_[i]->Increment(static_cast<double>(signs[i]));
  }
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
