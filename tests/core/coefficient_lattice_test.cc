// Every (n, c) of the methods without a K, for many values of their coefficients, against 100-digit
// values: 0.51 ulp.

#include <limits>
#include <string>
#include <vector>

#include "tests/core/lattice.h"

namespace advantaged::testing {
namespace {

using reference::Group;
using reference::Real;
using reference::Sides;

// Every n to 64, and the large ones.
void ExpectEveryGroupWithinHalfUlp(std::vector<LatticeRow> rows) {
  std::vector<int> sizes = LargeSizes();
  for (int n = 2; n <= 64; ++n) sizes.push_back(n);
  for (const int n : sizes) {
    Call every = EveryCount(n);
    const std::vector<Group> groups = GroupsOf(n);
    for (LatticeRow& row : rows) CompareEveryCount(every, groups, row);
  }
  for (const LatticeRow& row : rows) ExpectWithinHalfUlp(row);
}

TEST(CoefficientLattice, BaseMethodsAreWithinHalfUlp) {
  ExpectEveryGroupWithinHalfUlp({
      {{"reinforce", {}}, reference::Reinforce},
      {{"rloo", {}}, reference::Rloo},
      {{"dr_grpo", {}}, reference::DrGrpo},
      {{"max_rl", {}}, reference::MaxRl},
      {{"skew_r", {}}, reference::SkewR},
  });
}

TEST(CoefficientLattice, GrpoIsWithinHalfUlpForEveryDdofAndEpsilon) {
  std::vector<LatticeRow> rows = {{{"grpo", {}}, [](const Group& g) { return g.grpo; }}};
  for (const int ddof : {0, 1}) {
    for (const double epsilon : {0.0, 1e-300, 1e-8, 1e-6, 1e-4, 0.1, 1.0, 1e10}) {
      rows.push_back({{"grpo", {{"ddof", Whole(ddof)}, {"epsilon", epsilon}}},
                      [=](const Group& g) { return Grpo(g, ddof, epsilon); }});
    }
  }
  ExpectEveryGroupWithinHalfUlp(rows);
}

TEST(CoefficientLattice, StdRegularizedIsWithinHalfUlp) {
  std::vector<LatticeRow> rows;
  // 10/3 puts a root of the factor next to representable success rates.
  for (const double s : {0.0, 0.1, 1.0, 2.0, 2.5, 10 / 3.0, 4.0, 10.0, 1e6}) {
    rows.push_back({{"std_regularized", {{"std_coefficient", s}}},
                    [s](const Group& g) { return StdRegularized(g, s); }});
  }
  ExpectEveryGroupWithinHalfUlp(rows);
}

// The factor of the entropy has a root between two success rates, where digits cancel: there the
// bound is absolute.
TEST(CoefficientLattice, EntropyRegularizedIsWithinHalfUlpOrItsAbsoluteBoundNearTheRoot) {
  std::vector<LatticeRow> rows;
  for (const double lambda : {0.0, 0.1, 0.5, 1.0, 1.75, 2.0, 3.0, 10.0}) {
    rows.push_back({{"entropy_regularized", {{"entropy_coefficient", lambda}}},
                    [lambda](const Group& g) { return EntropyRegularized(g, lambda); },
                    0x1p-50 * (1 + lambda)});
  }
  ExpectEveryGroupWithinHalfUlp(rows);
}

TEST(CoefficientLattice, FocalIsWithinHalfUlp) {
  for (const double gamma : {0.0, 0.5, 1.0, 2.5, 7.0}) {
    // The powers of one n serve the four bases.
    std::vector<Real> powers;
    std::vector<LatticeRow> rows;
    for (const std::string base : {"reinforce", "rloo", "grpo", "dr_grpo"}) {
      rows.push_back(
          {{"focal", {{"gamma", gamma}, {"base", base}}}, [&powers, base](const Group& g) {
             return powers[static_cast<std::size_t>(g.c)] * BaseByName(base, g);
           }});
    }
    std::vector<int> sizes = {100, 129, 256, 333, 512, 777, 1000, 1024};
    for (int n = 2; n <= 64; ++n) sizes.push_back(n);
    for (const int n : sizes) {
      Call every = EveryCount(n);
      const std::vector<Group> groups = GroupsOf(n);
      powers.clear();
      for (const Group& g : groups) {
        const Real limit = gamma == 0 ? 1 : 0;  // 0^γ
        powers.push_back(g.fail == 0 ? limit : Real(pow(g.fail, Real(gamma))));
      }
      for (LatticeRow& row : rows) CompareEveryCount(every, groups, row);
    }
    for (const LatticeRow& row : rows) ExpectWithinHalfUlp(row);
  }
}

TEST(CoefficientLattice, WeightedReinforceIsWithinHalfUlp) {
  std::vector<LatticeRow> rows;
  for (const double weight : {0.0, 0.1, 1.0, 10 / 3.0, 1e-40, 1e30}) {
    rows.push_back(
        {{"weighted_reinforce", {{"positive_weight", weight}}}, [weight](const Group& g) {
           return Sides{g.c == 0 ? Real(0) : Real(weight), g.c == g.n ? Real(0) : Real(-1)};
         }});
  }
  ExpectEveryGroupWithinHalfUlp(rows);
}

TEST(CoefficientLattice, CustomTableIsRoundedOnce) {
  for (const int n : {1, 2, 13, 64, 1024, 4096}) {
    OutcomeTable table{static_cast<std::uint32_t>(n), {}, {}};
    for (int c = 0; c <= n; ++c) {
      table.advantage_correct.push_back(1.0 / (c + 3));
      table.advantage_wrong.push_back(-1e-42 * (c + 1) / 7);  // float32 denormals
    }
    Call call;
    call.method = {"custom_table", {{"tables", std::vector<OutcomeTable>{table}}}};
    call.options.per_group = true;
    call.group_size = static_cast<std::uint32_t>(n);
    for (const int c : {0, 1, n / 2, n - 1, n}) {
      call.rewards = Outcomes(n, c);
      const auto at = static_cast<std::size_t>(c);
      const auto correct = static_cast<float>(table.advantage_correct[at]);
      const auto wrong = static_cast<float>(table.advantage_wrong[at]);
      EXPECT_EQ(BitsOf(AdvantagesOf(call)), BitsOf({c > 0 ? correct : 0.0F, c < n ? wrong : 0.0F}))
          << "n = " << n << ", c = " << c;
    }
  }
}

}  // namespace
}  // namespace advantaged::testing
