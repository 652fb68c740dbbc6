// Every c of one n under one method, in one call: the lattices that the table tests sweep.
#ifndef ADVANTAGED_TESTS_CORE_LATTICE_H_
#define ADVANTAGED_TESTS_CORE_LATTICE_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/core/call.h"
#include "tests/reference/outcome_methods.h"

namespace advantaged::testing {

// A batch of n+1 groups of n responses, group c with c correct ones, as a bitmap.
inline Call EveryCount(int n) {
  std::vector<int> bits;
  bits.reserve(static_cast<std::size_t>(n) * static_cast<std::size_t>(n + 1));
  for (int c = 0; c <= n; ++c) {
    for (int i = 0; i < n; ++i) bits.push_back(i < c ? 1 : 0);
  }
  Call call;
  call.reward_bits = Bitmap(bits);
  call.response_count = bits.size();
  call.group_size = static_cast<std::uint32_t>(n);
  call.options.per_group = true;
  return call;
}

// The largest error of one method, and where it was.
class WorstError {
 public:
  // Counts |actual − exact| in ulps of `exact`, less `allowance`, an absolute error that is
  // permitted besides.
  void Add(float actual, const reference::Real& exact, double allowance, int n, int c, int k,
           const char* side) {
    const double error = reference::ErrorInUlps(actual, exact) - allowance / reference::Ulp(exact);
    if (!(error <= worst_)) {  // NaN counts as worst
      worst_ = error;
      where_ = "n = " + std::to_string(n) + ", c = " + std::to_string(c) +
               ", K = " + std::to_string(k) + ", " + side + ": " + std::to_string(actual) +
               ", exactly " + exact.str(12);
    }
    ++count_;
  }
  double ulps() const { return worst_; }
  const std::string& where() const { return where_; }
  int count() const { return count_; }

 private:
  double worst_ = 0;
  std::string where_;
  int count_ = 0;
};

// One method of a sweep over n and c.
struct LatticeRow {
  MethodSpec spec;
  std::function<reference::Sides(const reference::Group&)> exact;
  // An absolute error permitted besides 0.51 ulp, in units of |A_GRPO| of the side.
  double allowance = 0;
  WorstError worst = {};
};

// Compares a method with its definition for every c of n.
inline void CompareEveryCount(Call& every, const std::vector<reference::Group>& groups,
                              LatticeRow& row) {
  every.method = row.spec;
  const Floats actual = AdvantagesOf(every);
  ASSERT_EQ(actual.size(), 2 * groups.size());
  for (const reference::Group& g : groups) {
    const reference::Sides exact = row.exact(g);
    const auto at = 2 * static_cast<std::size_t>(g.c);
    const double unit_correct = row.allowance * std::abs(reference::ToDouble(g.grpo.correct));
    const double unit_wrong = row.allowance * std::abs(reference::ToDouble(g.grpo.wrong));
    row.worst.Add(actual[at], exact.correct, unit_correct, g.n, g.c, 0, "correct");
    row.worst.Add(actual[at + 1], exact.wrong, unit_wrong, g.n, g.c, 0, "wrong");
  }
}

inline std::vector<reference::Group> GroupsOf(int n) {
  std::vector<reference::Group> groups;
  for (int c = 0; c <= n; ++c) groups.emplace_back(n, c);
  return groups;
}

// Sizes around powers of two, round numbers, and some without pattern.
inline const std::vector<int>& LargeSizes() {
  static const std::vector<int> kSizes = {65,  96,  97,  100, 127, 128, 129, 192, 255,  256,  257,
                                          333, 400, 511, 512, 513, 640, 777, 999, 1000, 1023, 1024};
  return kSizes;
}

inline void ExpectWithinHalfUlp(const LatticeRow& row) {
  EXPECT_GT(row.worst.count(), 0);
  EXPECT_LE(row.worst.ulps(), 0.51) << Describe(row.spec) << ": " << row.worst.where();
}

}  // namespace advantaged::testing

#endif  // ADVANTAGED_TESTS_CORE_LATTICE_H_
