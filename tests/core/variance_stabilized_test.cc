// pass_at_k_variance_stabilized: its definition by enumeration, and what it tends to.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/methods/failure.h"
#include "core/surrogate/finite_n.h"
#include "tests/core/described.h"
#include "tests/core/lattice.h"
#include "tests/core/refusal.h"

namespace advantaged::testing {
namespace {

using reference::Group;
using reference::GroupAtK;
using reference::Real;

MethodSpec Stabilized(int k) { return {"pass_at_k_variance_stabilized", {{"k", Whole(k)}}}; }

void ExpectDefinition(int n, int k, int step) {
  Call every = EveryCount(n);
  every.method = Stabilized(k);
  const Floats actual = AdvantagesOf(every);
  WorstError worst;
  for (int c = 0; c <= n; c += step) {
    const GroupAtK g(Group(n, c), k);
    const Real factor = reference::VarianceStabilizingFactor(g);
    const auto at = 2 * static_cast<std::size_t>(c);
    worst.Add(actual[at], factor * g.grpo.correct, 0, n, c, k, "correct");
    worst.Add(actual[at + 1], factor * g.grpo.wrong, 0, n, c, k, "wrong");
  }
  EXPECT_LE(worst.ulps(), 0.51) << worst.where();
}

TEST(VarianceStabilized, EveryGroupUpTo24AndEveryKIsWithinHalfUlpOfItsDefinition) {
  for (int n = 2; n <= 24; ++n) {
    for (int k = 1; k <= n; ++k) ExpectDefinition(n, k, 1);
  }
}

TEST(VarianceStabilized, LargeGroupsAreWithinHalfUlpOfTheirDefinition) {
  for (const int n : {64, 129, 500, 1024}) {
    for (const int k : {1, 2, 8, n / 4, n / 2, n / 2 + 1, n - 1, n}) {
      ExpectDefinition(n, k, std::max(1, n / 16 - 1));
    }
  }
}

TEST(VarianceStabilized, AtK1IsGrpoToOneUlp) {
  for (int n = 2; n <= 256; ++n) {
    Call every = EveryCount(n);
    every.method = Stabilized(1);
    const Floats stabilized = AdvantagesOf(every);
    every.method = {"grpo", {}};
    const Floats grpo = AdvantagesOf(every);
    ASSERT_EQ(stabilized.size(), grpo.size());
    for (std::size_t i = 0; i < grpo.size(); ++i) {
      EXPECT_LE(std::abs(stabilized[i] - grpo[i]), reference::Ulp(Real(grpo[i])))
          << "n = " << n << ", c = " << i / 2;
    }
  }
}

// Delta method: sd(ρ̂_K) → ρ_K′ √(ρ(1−ρ)/n), so the factor on GRPO tends to 1, like 1/n.
TEST(VarianceStabilized, TendsToGrpoLikeOneOverN) {
  for (const int k : {2, 4, 8, 16}) {
    for (const double rho : {0.125, 0.5, 0.875}) {
      std::vector<double> gap;
      for (const int n : {512, 1024, 2048, 4096}) {
        const DescribedCurve curve = Described(Stabilized(k), n, {rho}).curve;
        gap.push_back(1 - curve.surrogate_derivative[0] * std::sqrt(rho * (1 - rho)));
      }
      // Next order of the delta method: v² n (1−ρ)/(K²ρ) = 1 + (K−1)² / (2n) · (1 + 1/(1−ρ) …).
      EXPECT_GT(gap.back(), 0);
      for (std::size_t i = 1; i < gap.size(); ++i) {
        EXPECT_NEAR(gap[i - 1] / gap[i], 2, k < 16 ? 0.1 : 0.4) << "K = " << k << ", rho = " << rho;
      }
    }
  }
}

// The sum over overlaps is the enumeration over counts.
TEST(VarianceStabilized, VariationOfFailureIsThatOfTheEstimator) {
  for (const std::uint32_t n : {2U, 7U, 64U, 501U, 4096U}) {
    for (const std::uint32_t k : {1U, 2U, 3U, n / 4, n / 2, n - 1, n}) {
      if (k < 1 || k > n) continue;
      PassAtKEstimator estimator(n, k);
      for (const double rho : {0.001, 0.25, 0.5}) {
        const double mean = std::exp(k * std::log1p(-rho));
        if (mean < 1e-100) continue;  // the enumeration leaves out what is below 1e-280
        const double variation = FailureVariation(n, k, rho, 1 - rho);
        EXPECT_NEAR(estimator.At(rho).sd / mean, variation, 1e-11 * variation)
            << n << " " << k << " " << rho;
      }
    }
  }
}

TEST(VarianceStabilized, ExtremesAreFinite) {
  for (const int n : {2, 4095, 4096}) {
    for (const int k : {1, 2, n / 2, n - 1, n}) {
      if (k < 1) continue;
      const DescribedTable table = Described(Stabilized(k), n, {1e-100, 0.5, 1 - 0x1p-53}).table;
      for (std::size_t c = 1; c < static_cast<std::size_t>(n); ++c) {
        EXPECT_GE(table.advantage_correct[c], 0);
        EXPECT_LE(table.advantage_wrong[c], 0);
        EXPECT_TRUE(std::isfinite(table.advantage_correct[c])) << n << " " << k << " " << c;
      }
      EXPECT_GT(table.advantage_correct[1], 0) << n << " " << k;
    }
  }
}

// Some 25 ms each: so few that they cannot keep a server busy.
TEST(VarianceStabilized, MoreLargeTablesThanARequestMayCostAreRefused) {
  Call call;
  call.method = Stabilized(2048);
  for (std::uint32_t n = 4096; n > 4088; --n) {
    call.group_sizes.push_back(n);
    const Floats group = Outcomes(static_cast<int>(n), 1);
    call.rewards.insert(call.rewards.end(), group.begin(), group.end());
  }
  ExpectRefused(call, {{"method.pass_at_k_variance_stabilized", "takes more than 16777216"}});
  call.method = Stabilized(4);
  EXPECT_TRUE(call.Run().ok());
}

// Where a table takes longest, at every point that one may ask for.
TEST(VarianceStabilized, LargestDescriptionsAreAnswered) {
  for (const int k : {2048, 2300, 4095}) {
    DescribeRequest request;
    request.method = Stabilized(k);
    request.n = 4096;
    request.points = 4096;
    const Description description = advantaged::Describe(request);
    EXPECT_TRUE(description.ok()) << ViolationsOf(description);
    EXPECT_EQ(description.curve.surrogate_arg_max, 1.0) << k;
  }
}

// Above the sizes of tables, entries are computed one by one.
TEST(VarianceStabilized, GroupsBeyondTablesWork) {
  const int n = 5000;
  for (const int c : {1, 2500, 4999}) {
    const Floats advantages = AdvantagesOf(Stabilized(8), Outcomes(n, c));
    const GroupAtK g(Group(n, c), 8);
    const Real factor = reference::VarianceStabilizingFactor(g);
    EXPECT_LE(reference::ErrorInUlps(advantages.front(), factor * g.grpo.correct), 0.51) << c;
    EXPECT_LE(reference::ErrorInUlps(advantages.back(), factor * g.grpo.wrong), 0.51) << c;
  }
}

}  // namespace
}  // namespace advantaged::testing
