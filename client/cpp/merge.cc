#include "client/cpp/merge.h"

#include <algorithm>
#include <cmath>

namespace advantaged::client {
namespace {

// The mean of two means over `na` and `nb` things.
double MeanOf(double a, double na, double b, double nb) {
  return na + nb > 0 ? (a * na + b * nb) / (na + nb) : 0;
}

double GroupsWithOutcomes(const v1::Summary& summary) {
  return static_cast<double>(summary.all_fail_groups()) + summary.mixed_groups() +
         summary.all_pass_groups();
}

double FilledGroups(const v1::Summary& summary) {
  return static_cast<double>(summary.groups()) - summary.empty_groups();
}

v1::BatchMoments MagnitudeMoments(const v1::Summary& summary) {
  v1::BatchMoments moments;
  moments.set_weight(summary.responses());
  moments.set_mean(summary.mean_absolute_advantage());
  moments.set_centred_squares(summary.sd_absolute_advantage() * summary.sd_absolute_advantage() *
                              summary.responses());
  return moments;
}

void MergePassAt(const v1::PassAtK& part, v1::PassAtK& whole) {
  whole.set_k(part.k());
  if (part.has_mean()) {
    whole.set_mean(MeanOf(whole.mean(), whole.groups(), part.mean(), part.groups()));
  }
  whole.set_groups(whole.groups() + part.groups());
}

// Means first: they are weighted by the counts so far.
void MergeSummary(const v1::Summary& part, v1::Summary& whole) {
  if (part.has_mean_success_rate()) {
    whole.set_mean_success_rate(MeanOf(whole.mean_success_rate(), GroupsWithOutcomes(whole),
                                       part.mean_success_rate(), GroupsWithOutcomes(part)));
  }
  whole.set_no_signal_share(MeanOf(whole.no_signal_share(), FilledGroups(whole),
                                   part.no_signal_share(), FilledGroups(part)));
  const v1::BatchMoments magnitude = Merge(MagnitudeMoments(whole), MagnitudeMoments(part));
  whole.set_mean_absolute_advantage(magnitude.mean());
  whole.set_sd_absolute_advantage(
      magnitude.weight() > 0 ? std::sqrt(magnitude.centred_squares() / magnitude.weight()) : 0);
  whole.set_max_absolute_advantage(
      std::max(whole.max_absolute_advantage(), part.max_absolute_advantage()));
  whole.set_positive_weight(whole.positive_weight() + part.positive_weight());
  whole.set_negative_weight(whole.negative_weight() + part.negative_weight());
  for (int i = 0; i < part.pass_at_k_size(); ++i) {
    if (i == whole.pass_at_k_size()) whole.add_pass_at_k();
    MergePassAt(part.pass_at_k(i), *whole.mutable_pass_at_k(i));
  }
  // Every field of 32 bits is a count.
  const auto* reflection = whole.GetReflection();
  const auto& fields = *v1::Summary::descriptor();
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto* field = fields.field(i);
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_UINT32) continue;
    reflection->SetUInt32(&whole, field,
                          reflection->GetUInt32(whole, field) + reflection->GetUInt32(part, field));
  }
}

void MergeStatistics(const v1::GroupStatistics& part, v1::GroupStatistics& whole) {
  for (int i = 0; i < part.pass_at_k_size(); ++i) {
    if (i == whole.pass_at_k_size()) whole.add_pass_at_k()->set_k(part.pass_at_k(i).k());
    whole.mutable_pass_at_k(i)->mutable_value()->MergeFrom(part.pass_at_k(i).value());
  }
  v1::GroupStatistics columns = part;
  columns.clear_pass_at_k();
  whole.MergeFrom(columns);  // appends
}

void MergeWarnings(const Reply& part, Reply& whole) {
  for (const v1::Warning& warning : part.warnings()) {
    const bool known = std::ranges::any_of(
        whole.warnings(), [&](const v1::Warning& w) { return w.code() == warning.code(); });
    if (!known) *whole.add_warnings() = warning;
  }
  // The server's order.
  std::ranges::sort(*whole.mutable_warnings(), {}, &v1::Warning::code);
}

void MergeTimings(const v1::Timings& part, v1::Timings& whole) {
  whole.set_decode_us(whole.decode_us() + part.decode_us());
  whole.set_compute_us(whole.compute_us() + part.compute_us());
  whole.set_encode_us(whole.encode_us() + part.encode_us());
  whole.set_queue_us(whole.queue_us() + part.queue_us());
}

}  // namespace

v1::BatchMoments Merge(const v1::BatchMoments& a, const v1::BatchMoments& b) {
  if (a.weight() == 0) return b;
  if (b.weight() == 0) return a;
  const double weight = a.weight() + b.weight();
  const double share = b.weight() / weight;
  const double d = b.mean() - a.mean();
  v1::BatchMoments merged;
  merged.set_weight(weight);
  merged.set_mean(a.mean() + d * share);
  merged.set_centred_squares(a.centred_squares() + b.centred_squares() +
                             d * d * (a.weight() * share));
  return merged;
}

void Merge(const Reply& part, Reply& whole) {
  if (!whole.has_method()) *whole.mutable_method() = part.method();
  whole.set_numerics_version(part.numerics_version());
  if (part.has_summary()) MergeSummary(part.summary(), *whole.mutable_summary());
  if (part.has_group_statistics()) {
    MergeStatistics(part.group_statistics(), *whole.mutable_group_statistics());
  }
  for (int i = 0; i < part.batch_moments_size(); ++i) {
    if (i == whole.batch_moments_size()) whole.add_batch_moments();
    v1::BatchMoments& moments = *whole.mutable_batch_moments(i);
    moments = Merge(moments, part.batch_moments(i));
  }
  MergeWarnings(part, whole);
  MergeTimings(part.timings(), *whole.mutable_timings());
}

}  // namespace advantaged::client
