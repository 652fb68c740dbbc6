// Affine advantages of many groups at once, on every target, against the documented order and the
// formulas, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/kernels/affine_groups.h"
#include "core/methods/method_table.h"
#include "tests/core/drawn_groups.h"
#include "tests/core/every_target.h"

namespace advantaged::testing {
namespace {

struct Case {
  AffineRule rule;
  double (*slope)(const Moments&);
  ConstantRule constant = {};
};

// The slopes of the methods as their papers have them (core/methods/).
double One(const Moments& /*unused*/) { return 1; }
double LeaveOneOut(const Moments& m) { return m.n / (m.n - 1); }
double Deviation(const Moments& m) { return 1 / std::sqrt(m.centred_squares / m.n); }
double DeviationOfSample(const Moments& m) {
  return 1 / (std::sqrt(m.centred_squares / (m.n - 1)) + 0.25);
}

std::vector<Case> Cases() {
  using enum AffineRule::Slope;
  return {{{.baseline = AffineRule::Baseline::kZero}, One, ConstantRule::Never()},
          {{.slope = kOne}, One},
          {{.slope = kLeaveOneOut}, LeaveOneOut},
          {{.slope = kDeviation}, Deviation},
          {{.slope = kDeviation}, Deviation, ConstantRule::Within(1.5)},
          {{.slope = kDeviation, .ddof = 1, .epsilon = 0.25}, DeviationOfSample}};
}

Floats Expected(const Case& test, const Floats& rewards) {
  const auto [least, greatest] = std::ranges::minmax(rewards);
  if (test.constant.Holds(least, greatest)) {
    return Floats(rewards.size(), 0.0F);
  }
  const Moments moments = DocumentedMoments(rewards);
  const double slope = test.slope(moments);
  const bool around_mean = test.rule.baseline == AffineRule::Baseline::kMean;
  Floats advantages;
  for (const float r : rewards) {
    advantages.push_back(
        Applied(r, slope, around_mean ? moments.mean : 0, around_mean ? moments.residual : 0));
  }
  return advantages;
}

void Expect(const DrawnBatch& batch, const GroupPlaces& places, const Case& test,
            AffineGroups& affine) {
  constexpr float kUntouched = 77;
  Floats out(batch.storage.size() + 20, kUntouched);
  const std::size_t half = places.count() / 2;
  const std::span<float> in_parts = std::span(out).subspan(batch.at, batch.rewards().size());
  affine.Look(places);
  affine.Apply(places, 0, half, test.rule, test.constant, in_parts);
  affine.Apply(places, half, places.count(), test.rule, test.constant, in_parts);
  Floats at_once(out.size(), kUntouched);
  affine.LookAndApply(places, test.rule, test.constant,
                      std::span(at_once).subspan(batch.at, batch.rewards().size()));
  ASSERT_EQ(BitsOf(at_once), BitsOf(out));
  ASSERT_EQ(affine.moments().count(), batch.groups.size());
  for (std::size_t g = 0; g < batch.groups.size(); ++g) {
    const Floats& rewards = batch.groups[g];
    if (!std::ranges::all_of(rewards, [](float r) { return std::isfinite(r); })) {
      ASSERT_FALSE(affine.moments().Finite(g));
      continue;
    }
    const Floats expected = Expected(test, rewards);
    for (std::size_t i = 0; i < rewards.size(); ++i) {
      ASSERT_EQ(BitsOf32(out[batch.offsets[g] + i]), BitsOf32(expected[i]))
          << "group " << g << " of n = " << rewards.size() << ", response " << i;
    }
    ASSERT_EQ(affine.AllZero(g), std::ranges::all_of(expected, [](float a) { return a == 0; }));
    ASSERT_EQ(affine.WithinFloat(g),
              std::ranges::all_of(expected, [](float a) { return std::isfinite(a); }));
    const RewardScan scan = affine.moments().Scan(g);
    ASSERT_EQ(scan.binary, std::ranges::all_of(rewards, [](float r) { return r == 0 || r == 1; }));
    const Moments moments = DocumentedMoments(rewards);
    ASSERT_EQ(BitsOf64(affine.moments().Of(g).mean), BitsOf64(moments.mean));
    ASSERT_EQ(BitsOf64(AffineOf(test.rule, moments).slope), BitsOf64(test.slope(moments)));
  }
  // Nothing beside them.
  for (std::size_t i = 0; i < batch.at; ++i) ASSERT_EQ(out[i], kUntouched);
  for (std::size_t i = batch.storage.size(); i < out.size(); ++i) ASSERT_EQ(out[i], kUntouched);
}

// From 2 on: one response has no spread, and no others.
TEST(AffineGroups, UniformGroupsGetTheFormula) {
  OnEveryTarget([] {
    AffineGroups affine;
    for (const std::size_t n : GroupSizes()) {
      if (n == 1) continue;
      const DrawnBatch batch = UniformBatch(n);
      for (const Case& test : Cases()) {
        Expect(batch, {batch.rewards(), static_cast<std::uint32_t>(n)}, test, affine);
        if (HasFatalFailure()) return;
      }
    }
  });
}

TEST(AffineGroups, RaggedGroupsGetTheFormula) {
  OnEveryTarget([] {
    AffineGroups affine;
    for (unsigned round = 0; round < 60; ++round) {
      const DrawnBatch batch = RaggedBatch(round);
      for (const Case& test : Cases()) {
        Expect(batch, {batch.rewards(), batch.offsets}, test, affine);
        if (HasFatalFailure()) return;
      }
    }
  });
}

TEST(AffineGroups, DecimalsThatDifferByTheToleranceAreConstantOnEveryTarget) {
  Floats rewards;
  for (int low = -100; low <= 80; ++low) {
    rewards.push_back(static_cast<float>(low / 100.0));
    rewards.push_back(static_cast<float>((low + 20) / 100.0));
  }
  OnEveryTarget([&] {
    AffineGroups affine;
    Floats out(rewards.size());
    const auto zeros = [&](double tolerance) {
      const GroupPlaces pairs(rewards, 2);
      affine.Look(pairs);
      affine.Apply(pairs, 0, pairs.count(), {.slope = AffineRule::Slope::kLeaveOneOut},
                   ConstantRule::Within(tolerance), out);
      return std::ranges::count(out, 0.0F);
    };
    EXPECT_EQ(zeros(0.2), std::ssize(out));
    EXPECT_EQ(zeros(0.19), 0);
    // The rule itself, in every digit: at the largest double that leaves these two varied, and next
    // to it.
    rewards[0] = -0.5F;
    rewards[1] = 0.25F;
    const double edge = 0.75 - 0x1p-24 * 0.75;
    EXPECT_EQ(zeros(edge), std::ssize(out));
    EXPECT_EQ(zeros(std::nextafter(edge, 0)), std::ssize(out) - 2);
    rewards[0] = -1;
    rewards[1] = -0.8F;
  });
}

// A row says twice what it does to a group.
TEST(AffineGroups, RulesOfMethodsAreTheirAffineForm) {
  Parameters parameters;
  parameters.ddof = 1;
  parameters.epsilon = 0.25;
  const Floats rewards = Draw(7, 1);
  const Moments moments = ComputeMoments(rewards);
  std::size_t rules = 0;
  for (const MethodRow* row : MethodTable()) {
    if (row->rule == nullptr) continue;
    ++rules;
    SCOPED_TRACE(row->name);
    const Affine by_rule = AffineOf(row->rule(parameters), moments);
    const Affine affine = row->affine({rewards, {}, moments}, parameters);
    EXPECT_EQ(affine.slope, by_rule.slope);
    EXPECT_EQ(affine.centre, by_rule.centre);
    EXPECT_EQ(affine.shift, by_rule.shift);
  }
  EXPECT_EQ(rules, 4U);
}

TEST(AffineGroups, NoGroups) {
  AffineGroups affine;
  affine.Look({std::span<const float>(), 8});
  EXPECT_EQ(affine.moments().count(), 0U);
  const std::vector<std::uint32_t> offsets = {3};
  affine.Look({{}, offsets});
  EXPECT_EQ(affine.moments().count(), 0U);
}

}  // namespace
}  // namespace advantaged::testing
