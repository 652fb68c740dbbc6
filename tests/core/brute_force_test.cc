// Every subset of groups of up to 12 responses: Pass@K, leave-one-out failure and max@K counted
// out. The references that other tests use at larger n are counted out here too.

#include <bit>
#include <string>
#include <vector>

#include "core/methods/failure.h"
#include "tests/core/lattice.h"
#include "tests/core/reward_check.h"

namespace advantaged::testing {
namespace {

using reference::Real;
using reference::ToDouble;

constexpr double kTiny = 1e-90;  // a 100-digit result against another

// Share of the subsets of `size` of responses 0 … n−1, response 0 … c−1 correct, `without` left
// out, that hold no correct one.
Real FailShare(int n, int c, int size, int without) {
  int all = 0;
  int failed = 0;
  const unsigned correct = (1U << c) - 1;
  for (unsigned subset = 0; subset < (1U << n); ++subset) {
    if (std::popcount(subset) != size) continue;
    if (without >= 0 && ((subset >> without) & 1U) != 0) continue;
    ++all;
    failed += (subset & correct) == 0 ? 1 : 0;
  }
  return Real(failed) / all;
}

double Near(const Real& a, const Real& b) { return ToDouble(abs(a - b)); }

TEST(BruteForce, PassAtKIsTheShareOfSubsetsWithASuccess) {
  for (int n = 1; n <= 12; ++n) {
    Call every = EveryCount(n);
    every.method = {"reinforce", {}};
    for (int k = 1; k <= n + 1; ++k) every.options.pass_at.push_back(static_cast<std::uint32_t>(k));
    const Result result = every.Run();
    ASSERT_TRUE(result.ok()) << Describe(result);
    const auto columns = static_cast<std::size_t>(n + 1);
    ASSERT_EQ(result.pass_at_k.size(), columns * columns);
    for (int c = 0; c <= n; ++c) {
      for (int k = 1; k <= n; ++k) {
        const Real exact = 1 - FailShare(n, c, k, -1);
        const double actual =
            result
                .pass_at_k[static_cast<std::size_t>(c) * columns + static_cast<std::size_t>(k - 1)];
        EXPECT_NEAR(actual, ToDouble(exact), 1e-15) << n << " " << c << " " << k;
        EXPECT_LT(Near(reference::GroupAtK(reference::Group(n, c), k).rho_k, exact), kTiny);
      }
      EXPECT_TRUE(std::isnan(result.pass_at_k[static_cast<std::size_t>(c + 1) * columns - 1]));
    }
  }
}

TEST(BruteForce, LeaveOneOutFailureIsTheShareOfSubsetsOfTheOthers) {
  for (int n = 1; n <= 12; ++n) {
    for (int k = 1; k <= n; ++k) {
      const auto un = static_cast<std::uint32_t>(n);
      const auto uk = static_cast<std::uint32_t>(k);
      const std::vector<double> ladder = FailureLadder(un, uk);
      Call every = EveryCount(n);
      every.method = {"pass_at_k_reinforce", {{"k", Whole(k)}}};
      const Floats f_plus = AdvantagesOf(every);
      every.method = {"max_at_k", {{"k", Whole(k)}}};
      const Floats one_less_f_minus = AdvantagesOf(every);
      for (int c = 0; c <= n; ++c) {
        const reference::GroupAtK g(reference::Group(n, c), k);
        const auto at = 2 * static_cast<std::size_t>(c);
        if (c > 0) {  // without response 0, which is correct
          const Real exact = FailShare(n, c, k - 1, 0);
          EXPECT_LE(reference::ErrorInUlps(f_plus[at], exact), 0.51) << n << c << k;
          EXPECT_LT(Near(g.f_plus, exact), kTiny);
        }
        if (c < n) {  // without response n−1, which is wrong
          const Real exact = FailShare(n, c, k - 1, n - 1);
          EXPECT_LE(reference::ErrorInUlps(one_less_f_minus[at + 1], 1 - exact), 0.51);
          EXPECT_LT(Near(g.f_minus, exact), kTiny);
          const auto uc = static_cast<std::uint32_t>(c);
          EXPECT_NEAR(ladder[uc], ToDouble(exact), 1e-15);
          EXPECT_NEAR(FailureWithout(un, uk, uc), ToDouble(exact), 1e-15);
        }
      }
    }
  }
}

// s_i in the three variants, by listing the subsets. Sums of these rewards are exact in a Real.
std::vector<Real> CountedMaxAtK(const Floats& rewards, int k, const std::string& variant) {
  const auto n = static_cast<int>(rewards.size());
  std::vector<Real> with(rewards.size());
  std::vector<Real> without_k(rewards.size());
  std::vector<Real> without_less(rewards.size());
  for (unsigned subset = 1; subset < (1U << n); ++subset) {
    const int size = std::popcount(subset);
    if (size != k && size != k - 1) continue;
    float maximum = -std::numeric_limits<float>::infinity();
    for (int i = 0; i < n; ++i) {
      if (((subset >> i) & 1U) != 0) {
        maximum = std::max(maximum, rewards[static_cast<std::size_t>(i)]);
      }
    }
    for (int i = 0; i < n; ++i) {
      const bool inside = ((subset >> i) & 1U) != 0;
      const auto at = static_cast<std::size_t>(i);
      if (inside && size == k) with[at] += Real(maximum);
      if (!inside) (size == k ? without_k : without_less)[at] += Real(maximum);
    }
  }
  const auto choose = [](int a, int b) { return reference::Choose(a, b); };
  std::vector<Real> s;
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    s.push_back(with[i] / choose(n, k));
    if (variant == "leave_one_out") s[i] -= Real(k) / (n - 1) * (without_k[i] / choose(n - 1, k));
    if (variant == "leave_one_out_minus_one" && k > 1) {
      s[i] -= Real(k) / n * (without_less[i] / choose(n - 1, k - 1));
    }
  }
  return s;
}

void ExpectCountedMaxAtK(const Floats& rewards) {
  const auto n = static_cast<int>(rewards.size());
  const Real largest = reference::LargestMagnitude({rewards.begin(), rewards.end()});
  for (const std::string variant : {"plain", "leave_one_out", "leave_one_out_minus_one"}) {
    for (int k = 1; k <= (variant == "leave_one_out" ? n - 1 : n); ++k) {
      const std::vector<Real> s = CountedMaxAtK(rewards, k, variant);
      for (const std::string scale : {"reduced", "unbiased", "published"}) {
        const Real factor = scale == "reduced" ? Real(n) / k : Real(scale == "unbiased" ? n : 1);
        std::vector<Real> exact;
        for (const Real& value : s) exact.push_back(factor * value);
        const MethodSpec spec{"max_at_k",
                              {{"k", Whole(k)}, {"variant", variant}, {"scale", scale}}};
        ExpectRewardBound(OneGroup(spec, rewards), exact, "n = " + std::to_string(n));
        const std::vector<Real> ranked = reference::RewardMethod(spec, {rewards});
        const double tiny = kTiny * n * ToDouble(largest);
        for (std::size_t i = 0; i < exact.size(); ++i) {
          ASSERT_LE(ToDouble(abs(ranked[i] - exact[i])), tiny) << Describe(spec);
        }
      }
    }
  }
}

TEST(BruteForce, MaxAtKCountsTheMaximumOfEverySubset) {
  ExpectCountedMaxAtK({3.25F});
  ExpectCountedMaxAtK({-1, 2});
  ExpectCountedMaxAtK({0.1F, 0.1F, 0.7F});
  ExpectCountedMaxAtK({-5, -5, -5, -5});                                // all tied
  ExpectCountedMaxAtK({0.5F, -0.25F, 3, 3, -0.25F, 0.5F, 8, -7});       // ties, both signs
  ExpectCountedMaxAtK({1e30F, -1e30F, 1e-30F, 1, -1, 0, 2, 3, 1e30F});  // magnitudes
  ExpectCountedMaxAtK({8388608, 8388609, 8388608, 8388609, 8388609});   // on an offset
  ExpectCountedMaxAtK({0, 1e-45F, 2e-45F, 1e-38F, -1e-45F, 3e-45F});    // denormals
  ExpectCountedMaxAtK({11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0.3F});       // falling
  ExpectCountedMaxAtK({0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F, 1.1F, 1.2F, 1.3F});
}

TEST(BruteForce, MaxAtKOfOutcomesCountsTheMaximumOfEverySubset) {
  for (const int n : {1, 2, 3, 6, 9}) {
    for (int c = 0; c <= n; ++c) ExpectCountedMaxAtK(Outcomes(n, c));
  }
}

}  // namespace
}  // namespace advantaged::testing
