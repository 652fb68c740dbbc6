// Describe: the request it takes, and what holds for every method.
#include "advantaged/describe.h"

#include <limits>
#include <string>
#include <vector>

#include "tests/core/described.h"
#include "tests/core/specs.h"

namespace advantaged::testing {
namespace {

TEST(Describe, TableIsWhatComputeReturns) {
  for (const int n : {3, 16}) {
    for (const MethodSpec& spec : EverySpec(n)) {
      const DescribedTable table = Described(spec, n).table;
      for (int c = 0; c <= n; ++c) {
        Call call = CallFor(spec, Outcomes(n, c));
        if (!call.lengths.empty()) call.lengths.assign(call.lengths.size(), 1);
        const Floats advantages = AdvantagesOf(call);
        const auto at = static_cast<std::size_t>(c);
        EXPECT_EQ(BitsOf({c == 0 ? 0 : advantages.front(), c == n ? 0 : advantages.back()}),
                  BitsOf({table.advantage_correct[at], table.advantage_wrong[at]}))
            << Describe(spec) << " n = " << n << " c = " << c;
        EXPECT_EQ(table.weight_correct[at], 1.0 * c / n * table.advantage_correct[at]);
      }
    }
  }
}

TEST(Describe, CurvesHaveOneEntryPerPoint) {
  const std::vector<double> grid = {1e-100, 0.25, 0.5, 1 - 0x1p-53};
  for (const MethodSpec& spec : EverySpec(16)) {
    const DescribedCurve curve = Described(spec, 16, grid).curve;
    const bool limit = spec.name != "custom_table";
    const bool pass_at_k = spec.parameters.contains("k");
    EXPECT_EQ(curve.rho, grid);
    const auto expect = [&](const std::vector<double>& values, bool there) {
      EXPECT_EQ(values.size(), there ? grid.size() : 0) << Describe(spec);
      for (const double value : values) EXPECT_TRUE(std::isfinite(value)) << Describe(spec);
    };
    expect(curve.advantage_correct, limit);
    expect(curve.advantage_wrong, limit);
    expect(curve.weight_correct, limit);
    expect(curve.weight_wrong, limit);
    expect(curve.surrogate_derivative, limit);
    expect(curve.surrogate, limit);
    expect(curve.finite_n_surrogate_derivative, true);
    expect(curve.finite_n_surrogate, true);
    expect(curve.coefficient_sd, true);
    expect(curve.mean_square_advantage, true);
    expect(curve.pass_at_k_mean, pass_at_k);
    expect(curve.pass_at_k_sd, pass_at_k);
    EXPECT_EQ(curve.surrogate_kind == SurrogateKind::kNone, !limit);
  }
}

TEST(Describe, GridIsUniformUnlessSent) {
  DescribeRequest request;
  request.method = {"grpo", {}};
  request.points = 3;
  EXPECT_EQ(advantaged::Describe(request).curve.rho, (std::vector<double>{0.25, 0.5, 0.75}));
  request.points = 0;
  request.rho = {0.125};
  EXPECT_EQ(advantaged::Describe(request).curve.rho, request.rho);
}

void ExpectRefused(const DescribeRequest& request, const std::string& field,
                   const std::string& part) {
  const Description description = advantaged::Describe(request);
  ASSERT_EQ(description.violations.count(), 1) << ViolationsOf(description);
  const Violation& violation = description.violations.listed().front();
  EXPECT_EQ(violation.field, field);
  EXPECT_NE(violation.description.find(part), std::string::npos) << violation.description;
}

TEST(Describe, RefusesGroupSizesNamingThem) {
  DescribeRequest request;
  request.method = {"grpo", {}};
  for (const std::uint32_t n : {0U, 1U, 4097U, std::numeric_limits<std::uint32_t>::max()}) {
    request.n = n;
    ExpectRefused(request, "n", std::to_string(n) + " is not in 2 … 4096");
  }
  request.n = 16;
  request.method = {"pass_at_k_grpo", {{"k", Whole(17)}}};
  ExpectRefused(request, "method.pass_at_k_grpo.k",
                "17 is above 16, the most that groups of n = 16");
  request.method = {"max_at_k", {{"k", Whole(16)}, {"variant", std::string("leave_one_out")}}};
  ExpectRefused(request, "method.max_at_k.k", "16 is above 15");
  request.method = {"custom_table", {{"tables", SomeTables(8)}}};
  ExpectRefused(request, "method.custom_table.tables", "n = 16");
}

TEST(Describe, RefusesGridsNamingThePoint) {
  DescribeRequest request;
  request.method = {"grpo", {}};
  request.points = 0;
  ExpectRefused(request, "points", "0 is not in 1 … 4096");
  request.points = 4097;
  ExpectRefused(request, "points", "4097");
  request.points = 199;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double rho :
       {0.0, -0.5, 1.0, 1e-101, 5e-324, nan, std::numeric_limits<double>::infinity()}) {
    request.rho = {rho};
    ExpectRefused(request, "rho[0]", "is not in [1e-100, 1)");
  }
  request.rho = {0.25, 0.5, 0.5};
  ExpectRefused(request, "rho[2]", "0.5 is not above 0.5");
  request.rho = {0.25, 0.125};
  ExpectRefused(request, "rho[1]", "0.125 is not above 0.25");
  request.rho.assign(4097, 0.5);
  ExpectRefused(request, "rho", "4097 points");
}

TEST(Describe, RefusesMethodsNamingTheParameter) {
  DescribeRequest request;
  request.method = {"grpoo", {}};
  ExpectRefused(request, "method", "did you mean \"grpo\"");
  request.method = {"focal", {{"gamma", -1.0}, {"base", std::string("grpo")}}};
  ExpectRefused(request, "method.focal.gamma", "-1 is below 0");
  request.method = {"weighted_reinforce", {{"positive_weight", 1e39}}};
  DescribeRequest one = request;
  one.n = 2;
  const Description description = advantaged::Describe(one);
  EXPECT_EQ(description.violations.count(), 2);  // c = 1, 2
  EXPECT_EQ(description.violations.listed().front().field, "method");
  EXPECT_NE(description.violations.listed().front().description.find("c = 1 of n = 2"),
            std::string::npos)
      << ViolationsOf(description);
}

// 4096 points at n = 4096 are the most one may ask for.
TEST(Describe, LargestRequestIsAnswered) {
  DescribeRequest request;
  request.method = {"pass_at_k_grpo", {{"k", Whole(2048)}}};
  request.n = 4096;
  request.points = 4096;
  const Description description = advantaged::Describe(request);
  ASSERT_TRUE(description.ok()) << ViolationsOf(description);
  EXPECT_EQ(description.curve.finite_n_surrogate.size(), 4096);
  EXPECT_EQ(description.table.advantage_wrong.size(), 4097);
  for (const double value : description.curve.coefficient_sd) EXPECT_TRUE(std::isfinite(value));
}

}  // namespace
}  // namespace advantaged::testing
