#include "cli/totals.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace advantaged::cli {
namespace {

// Mean of two sets from their means and sizes.
double MeanOf(double a, double a_count, double b, double b_count) {
  const double count = a_count + b_count;
  return count == 0 ? 0 : (a * a_count + b * b_count) / count;
}

std::uint32_t KnownGroups(const v1::Summary& s) {
  return s.all_fail_groups() + s.mixed_groups() + s.all_pass_groups();
}

std::uint32_t NonEmptyGroups(const v1::Summary& s) { return s.groups() - s.empty_groups(); }

void AddCounts(const v1::Summary& other, v1::Summary& sum) {
  sum.set_groups(sum.groups() + other.groups());
  sum.set_responses(sum.responses() + other.responses());
  sum.set_masked_responses(sum.masked_responses() + other.masked_responses());
  sum.set_all_fail_groups(sum.all_fail_groups() + other.all_fail_groups());
  sum.set_mixed_groups(sum.mixed_groups() + other.mixed_groups());
  sum.set_all_pass_groups(sum.all_pass_groups() + other.all_pass_groups());
  sum.set_constant_groups(sum.constant_groups() + other.constant_groups());
  sum.set_varied_groups(sum.varied_groups() + other.varied_groups());
  sum.set_empty_groups(sum.empty_groups() + other.empty_groups());
  sum.set_small_groups(sum.small_groups() + other.small_groups());
  sum.set_incomplete_groups(sum.incomplete_groups() + other.incomplete_groups());
  sum.set_suspicious_groups(sum.suspicious_groups() + other.suspicious_groups());
  sum.set_positive_weight(sum.positive_weight() + other.positive_weight());
  sum.set_negative_weight(sum.negative_weight() + other.negative_weight());
}

}  // namespace

void Totals::Add(const v1::ComputeAdvantagesResponse& response) {
  const v1::Summary& other = response.summary();
  method_ = response.method();
  // Means first: they are weighted by the counts so far.
  if (other.has_mean_success_rate()) {
    summary_.set_mean_success_rate(MeanOf(summary_.mean_success_rate(), KnownGroups(summary_),
                                          other.mean_success_rate(), KnownGroups(other)));
  }
  summary_.set_no_signal_share(MeanOf(summary_.no_signal_share(), NonEmptyGroups(summary_),
                                      other.no_signal_share(), NonEmptyGroups(other)));
  AddPassAtK(other);
  AddMagnitudes(other);
  AddCounts(other, summary_);
  for (const v1::Warning& warning : response.warnings()) {
    const auto same = std::ranges::find_if(
        warnings_, [&](const Warning& known) { return known.first.code() == warning.code(); });
    if (same == warnings_.end()) {
      warnings_.push_back({warning, 1});
    } else {
      ++same->calls;
    }
  }
}

// E[|A|^2] is additive, the standard deviation is not.
void Totals::AddMagnitudes(const v1::Summary& other) {
  const auto square = [](const v1::Summary& s) {
    return s.sd_absolute_advantage() * s.sd_absolute_advantage() +
           s.mean_absolute_advantage() * s.mean_absolute_advantage();
  };
  const double mean = MeanOf(summary_.mean_absolute_advantage(), summary_.responses(),
                             other.mean_absolute_advantage(), other.responses());
  const double squares =
      MeanOf(square(summary_), summary_.responses(), square(other), other.responses());
  summary_.set_mean_absolute_advantage(mean);
  summary_.set_sd_absolute_advantage(std::sqrt(std::max(0.0, squares - mean * mean)));
  summary_.set_max_absolute_advantage(
      std::max(summary_.max_absolute_advantage(), other.max_absolute_advantage()));
}

void Totals::AddPassAtK(const v1::Summary& other) {
  for (int i = 0; i < other.pass_at_k_size(); ++i) {
    const v1::PassAtK& from = other.pass_at_k(i);
    v1::PassAtK& to =
        i < summary_.pass_at_k_size() ? *summary_.mutable_pass_at_k(i) : *summary_.add_pass_at_k();
    to.set_k(from.k());
    if (from.groups() > 0) {
      to.set_mean(MeanOf(to.mean(), to.groups(), from.mean(), from.groups()));
    }
    to.set_groups(to.groups() + from.groups());
  }
}

std::vector<std::string> Totals::Warnings() const {
  std::vector<std::string> texts;
  for (const Warning& warning : warnings_) {
    texts.push_back(warning.first.message());
    if (warning.calls > 1) {
      Append(texts.back(), Concat(" (the first of ", warning.calls, " calls that warn of this)"));
    }
  }
  return texts;
}

}  // namespace advantaged::cli
