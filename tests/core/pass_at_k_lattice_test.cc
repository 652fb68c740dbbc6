// Every (n, c, K) of the methods with a K, against 100-digit values: 0.51 ulp, for max_at_k with
// leave_one_out (which subtracts) 0.51 ulp + 2^-40 of the largest advantage of the group.

#include <algorithm>
#include <string>
#include <vector>

#include "tests/core/lattice.h"

namespace advantaged::testing {
namespace {

using reference::GroupAtK;
using reference::Real;
using reference::Sides;

// What the rows below share for one (n, c, K).
struct Point {
  GroupAtK group;
  Sides shaped;
  Real power;  // (1−ρ̂)^(K−1)
};

struct Row {
  MethodSpec spec;
  std::function<Sides(const Point&)> exact;
  double allowance = 0;  // in units of max |A*| of the group
  WorstError worst = {};
};

// Each method of the row twice: as the paper writes it, and with the factor K put back.
void AddWithFactorK(std::vector<Row>& rows, const MethodSpec& spec,
                    const std::function<Sides(const Point&)>& exact) {
  MethodSpec kept = spec;
  kept.parameters["keep_factor_k"] = true;
  rows.push_back({spec, exact});
  rows.push_back({kept, [exact](const Point& p) { return Real(p.group.k) * exact(p); }});
}

std::vector<Row> Rows() {
  std::vector<Row> rows;
  AddWithFactorK(rows, {"pass_at_k_reinforce", {}},
                 [](const Point& p) { return PassAtKReinforce(p.group); });
  AddWithFactorK(rows, {"pass_at_k_rloo", {}}, [](const Point& p) { return PassAtKRloo(p.group); });
  AddWithFactorK(rows, {"pass_at_k_grpo", {}}, [](const Point& p) { return PassAtKGrpo(p.group); });
  rows.push_back({{"pass_at_k_shaped", {}}, [](const Point& p) { return p.shaped; }});
  rows.push_back(
      {{"combined_shaped", {}}, [](const Point& p) { return CombinedShaped(p.group, p.shaped); }});
  rows.push_back({{"combined_direct", {}}, [](const Point& p) { return CombinedDirect(p.group); }});
  for (const std::string base : {"reinforce", "rloo", "grpo", "dr_grpo"}) {
    AddWithFactorK(rows, {"biased_pass_at_k", {{"base", base}}},
                   [base](const Point& p) { return Biased(p.group, p.power, base); });
  }
  for (const std::string variant : {"plain", "leave_one_out", "leave_one_out_minus_one"}) {
    for (const std::string scale : {"reduced", "unbiased", "published"}) {
      rows.push_back({{"max_at_k", {{"variant", variant}, {"scale", scale}}},
                      [=](const Point& p) { return MaxAtK(p.group, variant, scale); },
                      variant == "leave_one_out" ? 0x1p-40 : 0});
    }
  }
  return rows;
}

void Compare(Call& every, const std::vector<Point>& points, int k, Row& row) {
  const int n = points.front().group.n;
  if (reference::TextOf(row.spec, "variant", "") == "leave_one_out" && k == n) return;
  every.method = row.spec;
  every.method.parameters["k"] = Whole(k);
  const Floats actual = AdvantagesOf(every);
  ASSERT_EQ(actual.size(), 2 * points.size());
  for (const Point& p : points) {
    const int c = p.group.c;
    const auto at = 2 * static_cast<std::size_t>(c);
    const Sides exact = row.exact(p);
    const double largest = std::max(std::abs(reference::ToDouble(exact.correct)),
                                    std::abs(reference::ToDouble(exact.wrong)));
    row.worst.Add(actual[at], exact.correct, row.allowance * largest, n, c, k, "correct");
    row.worst.Add(actual[at + 1], exact.wrong, row.allowance * largest, n, c, k, "wrong");
  }
}

void Sweep(int n, const std::vector<int>& ks, std::vector<Row>& rows) {
  Call every = EveryCount(n);
  const std::vector<reference::Group> groups = GroupsOf(n);
  for (const int k : ks) {
    std::vector<Point> points;
    for (const reference::Group& g : groups) {
      const GroupAtK at(g, k);
      points.push_back({at, PassAtKShaped(at), k == 1 ? Real(1) : Real(pow(g.fail, k - 1))});
    }
    for (Row& row : rows) Compare(every, points, k, row);
  }
}

void ExpectWithinBounds(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    EXPECT_GT(row.worst.count(), 0);
    EXPECT_LE(row.worst.ulps(), 0.51) << Describe(row.spec) << ": " << row.worst.where();
  }
}

TEST(PassAtKLattice, EveryGroupUpTo64AndEveryKIsWithinHalfUlp) {
  std::vector<Row> rows = Rows();
  for (int n = 2; n <= 64; ++n) {
    std::vector<int> ks;
    for (int k = 1; k <= n; ++k) ks.push_back(k);
    Sweep(n, ks, rows);
  }
  ExpectWithinBounds(rows);
}

TEST(PassAtKLattice, LargeGroupsAreWithinHalfUlp) {
  std::vector<Row> rows = Rows();
  for (const int n : LargeSizes()) {
    Sweep(n, {1, 2, 4, 8, n / 3, n / 2, n - 2, n - 1, n}, rows);
  }
  ExpectWithinBounds(rows);
}

// Its K is an exponent, so it may exceed n.
TEST(PassAtKLattice, BiasedPassAtKBeyondTheGroupIsWithinHalfUlp) {
  for (const std::string base : {"reinforce", "rloo", "grpo", "dr_grpo"}) {
    for (const bool keep : {false, true}) {
      LatticeRow row;
      for (const int n : {2, 3, 7, 16, 63, 64, 100, 1024}) {
        Call every = EveryCount(n);
        const std::vector<reference::Group> groups = GroupsOf(n);
        for (const int k : {n + 1, n + 2, 2 * n + 3, 1000, 1025, 1048576}) {
          row.spec = {"biased_pass_at_k",
                      {{"base", base}, {"k", Whole(k)}, {"keep_factor_k", keep}}};
          row.exact = [&](const reference::Group& g) {
            return (keep ? Real(k) : Real(1)) * Biased(g, pow(g.fail, k - 1), base);
          };
          CompareEveryCount(every, groups, row);
        }
      }
      ExpectWithinHalfUlp(row);
    }
  }
}

}  // namespace
}  // namespace advantaged::testing
