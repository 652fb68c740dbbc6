// max@K (Walder and Karkhanis, arXiv 2505.15201): the policy gradient of the expected maximum of K
// rewards.
//
//   s_i         = 1/C(n,K) Σ_{S∋i, |S|=K} max_{j∈S} r_j                              plain
//   s_i^loo     = s_i − K/(n−1) · max@K(r without i)                                leave_one_out
//   s_i^(loo−1) = s_i − (K/n) · max@(K−1)(r without i);  s_i for K = 1 leave_one_out_minus_one
//   max@K(g)    = mean over the subsets of K of their maximum
//   A_i = (n/K)·s_i (reduced), n·s_i (unbiased), s_i (published)
//
// With r_(1) ≤ … ≤ r_(n) the subsets whose maximum stands at rank m are counted by binomials. All
// of them follow from
//
//   w(m) = C(m−1, K−1)/C(n−1, K−1) = f₋(n−m)   the chance that K−1 others of the subset stand below
//   rank m
//
// so that, in reduced scale,
//
//   plain:    w(p)·r_(p) + Σ_{m>p} w(m)·(K−1)/(m−1)·r_(m)
//   loo−1:    Σ_{m<p} (r_(m+1) − r_(m))·w(m+1), free of cancellation, for K ≥ 2
//   max@K(r without p) = K/(n−K) · [ Σ_{m<p} w(m)·r_(m) + Σ_{m>p} w(m−1)·r_(m) ]
//
// O(n log n): one sort, running sums. On binary rewards plain is (35) of arXiv 2510.23049v1: A₊ =
// 1, A₋ = 1 − f₋. Not zero-mean by design.
#include <algorithm>
#include <cmath>

#include "core/kernels/rank.h"
#include "core/methods/failure.h"
#include "core/methods/parameters.h"
#include "core/methods/rows.h"

namespace advantaged {
namespace {

constexpr std::string_view kVariants[] = {"plain", "leave_one_out", "leave_one_out_minus_one"};
constexpr std::string_view kScales[] = {"reduced", "unbiased", "published"};

constexpr ParameterRow kParameters[] = {
    kParameterK,
    {.name = "variant",
     .description = "which baseline is subtracted",
     .type = ParameterType::kChoice,
     .default_number = 0,
     .choices = kVariants,
     .example = "leave_one_out",
     .set = [](Parameters& p, double value) { p.variant = static_cast<MaxVariant>(value); }},
    {.name = "scale",
     .description = "reduced: (n/K) s_i, unbiased: n s_i, published: s_i",
     .type = ParameterType::kChoice,
     .default_number = 0,
     .choices = kScales,
     .example = "unbiased",
     .set = [](Parameters& p, double value) { p.scale = static_cast<MaxScale>(value); }}};

std::uint32_t SmallestGroup(const Parameters& p) {
  return p.variant == MaxVariant::kLeaveOneOut ? p.k + 1 : p.k;
}

// From the reduced scale to the one asked for.
double ScaleFactor(const Parameters& p, double n) {
  switch (p.scale) {
    case MaxScale::kUnbiased:
      return p.k;
    case MaxScale::kPublished:
      return p.k / n;
    case MaxScale::kReduced:
      break;
  }
  return 1;
}

Pair Table(const Counts& g, const Parameters& p) {
  const double scale = ScaleFactor(p, g.n);
  const double k = p.k;
  switch (p.variant) {
    case MaxVariant::kLeaveOneOutMinusOne:
      return {scale * g.f_correct, 0};
    case MaxVariant::kLeaveOneOut: {
      // The others fail at K with C(n−c, K)/C(n−1, K) around a correct, C(n−c−1, K)/C(n−1, K)
      // around a wrong response.
      const double others_correct = g.f_correct * std::max(0.0, g.n - g.c - k + 1) / (g.n - k);
      const double others_wrong = g.f_wrong * std::max(0.0, g.n - g.c - k) / (g.n - k);
      return {scale * (g.n * others_correct - 1) / (g.n - 1),
              scale * ((g.n * others_wrong - 1) / (g.n - 1) - g.f_wrong)};
    }
    case MaxVariant::kPlain:
      break;
  }
  return {scale, scale * (1 - g.f_wrong)};
}

// The scale `published` vanishes with n: it keeps the n of the question.
Pair Limit(const Counts& g, const Parameters& p) {
  const double scale = ScaleFactor(p, g.n);
  switch (p.variant) {
    case MaxVariant::kLeaveOneOutMinusOne:
      return {scale * g.f_correct, 0};
    case MaxVariant::kLeaveOneOut:
      return {scale * g.fail * g.f_correct, -scale * g.rho * g.f_wrong};
    case MaxVariant::kPlain:
      break;
  }
  // 1 − f₋, where ρ is tiny too.
  return {scale, -scale * std::expm1((p.k - 1.0) * std::log1p(-g.rho))};
}

using Weights = RankMemory::Weights;

// w(m) and, by rank, w(m)·(K−1)/(m−1). Memory for all n of a batch is no more than its responses
// take.
const Weights& WeightsOf(std::uint32_t n, std::uint32_t k, RankMemory& memory) {
  const std::pair size(n, k);
  if (memory.last == memory.weights.end() || memory.last->first != size) {
    memory.last = memory.weights.try_emplace(size).first;
  }
  Weights& weights = memory.last->second;
  if (!weights.of.empty()) return weights;
  weights.of = FailureLadder(n, k);
  std::ranges::reverse(weights.of);
  weights.above.resize(n);
  for (std::uint32_t rank = 1; rank < n; ++rank) {
    weights.above[rank] = weights.at()[rank] * ((k - 1.0) / rank);
  }
  return weights;
}

// Lowered by the largest reward of each group: for large K everything is near it, and the small
// differences are the result.
void LeaveOneOut(const Ranked& sorted, const Weights& w, double k, RankMemory& memory) {
  const auto n = static_cast<double>(sorted.n);
  const std::size_t width = sorted.width;
  const std::span<const double> top = std::span(sorted.reward).last(width);
  memory.terms.resize(sorted.reward.size());
  memory.below.resize(sorted.reward.size());
  memory.above.resize(sorted.reward.size());
  for (std::size_t i = 0; i < memory.terms.size(); i += width) {
    for (std::size_t lane = 0; lane < width; ++lane) {
      memory.terms[i + lane] = sorted.reward[i + lane] - top[lane];
    }
  }
  SumByRank({From::kTop, width, memory.terms, w.above, w.at(), memory.value});
  SumByRank({From::kBottom, width, memory.terms, w.at(), {}, memory.below});
  SumByRank({From::kTop, width, memory.terms, w.one_below(), {}, memory.above});
  const double scale = k / (n - k);
  for (std::size_t i = 0; i < memory.value.size(); i += width) {
    for (std::size_t lane = 0; lane < width; ++lane) {
      const double others = scale * (memory.below[i + lane] + memory.above[i + lane]);
      memory.value[i + lane] -= (n * others + top[lane]) / (n - 1);
    }
  }
}

void MinusOne(const Ranked& sorted, const Weights& w, RankMemory& memory) {
  std::vector<double>& gaps = memory.terms;
  gaps.assign(sorted.reward.size(), 0);
  for (std::size_t i = sorted.width; i < gaps.size(); ++i) {
    gaps[i] = sorted.reward[i] - sorted.reward[i - sorted.width];
  }
  SumByRank({From::kBottom, sorted.width, gaps, w.at(), w.at(), memory.value});
}

void Rank(const GroupPlaces& groups, const Parameters& p, RankMemory& memory,
          std::span<double> advantages) {
  const Ranked& sorted = memory.sorted;
  for (std::size_t group = 0; group < groups.count(); group += sorted.groups) {
    SortAbreast(groups, group, memory);
    const Weights& w = WeightsOf(static_cast<std::uint32_t>(sorted.n), p.k, memory);
    memory.value.resize(sorted.reward.size());
    if (p.variant == MaxVariant::kLeaveOneOut) {
      LeaveOneOut(sorted, w, p.k, memory);
    } else if (p.variant == MaxVariant::kLeaveOneOutMinusOne && p.k > 1) {
      MinusOne(sorted, w, memory);
    } else {
      SumByRank({From::kTop, sorted.width, sorted.reward, w.above, w.at(), memory.value});
    }
    ScatterByRank(sorted, memory.value, ScaleFactor(p, static_cast<double>(sorted.n)),
                  advantages.subspan(groups.offset(group)));
  }
}

SurrogateParts Surrogate(const Parameters& p) {
  constexpr std::string_view kTexts[] = {"rho_k/k", "rho_k", "rho_k/n"};  // by scale
  return {kTexts[static_cast<std::size_t>(p.scale)]};
}

}  // namespace

const MethodRow kMaxAtK{
    .name = "max_at_k",
    .equation =
        "s_i = 1/C(n,K) Sum[S with i, |S| = K](max of S), less a baseline; A+ = 1, A- = 1 - f-",
    .source = "arXiv 2505.15201; 2510.23049v1 (35)",
    .input = MethodInput::kRewards,
    .constant_group = ConstantGroup::kFormula,
    .parameters = kParameters,
    .smallest_group = SmallestGroup,
    .table = Table,
    .rank = Rank,
    .limit = Limit,
    .surrogate = Surrogate,
    .keeps_mean = true};

}  // namespace advantaged
