// Values and slopes of formulas against closed forms.

#include <bit>
#include <numbers>
#include <numeric>
#include <vector>

#include "tests/core/formula_check.h"
#include "tests/reference/exact.h"

namespace advantaged::testing {
namespace {

using Wide = long double;

// A formula, and its value and slope written out in p = ρ and q = 1 − ρ.
struct Case {
  const char* formula;
  std::function<Wide(Wide p, Wide q)> value;
  std::function<Wide(Wide p, Wide q)> slope;
};

const Constants kConstants = {{"a", 0.75}, {"lambda", 0.3}};

const std::vector<Case>& Cases() {
  static const std::vector<Case> kCases = {
      // Operators.
      {"rho", [](Wide p, Wide) { return p; }, [](Wide, Wide) { return 1; }},
      {"rho + a", [](Wide p, Wide) { return p + 0.75L; }, [](Wide, Wide) { return 1; }},
      {"1 - rho", [](Wide, Wide q) { return q; }, [](Wide, Wide) { return -1; }},
      {"-rho + 1", [](Wide, Wide q) { return q; }, [](Wide, Wide) { return -1; }},
      {"-1 + rho", [](Wide, Wide q) { return -q; }, [](Wide, Wide) { return 1; }},
      {"rho - 1", [](Wide, Wide q) { return -q; }, [](Wide, Wide) { return 1; }},
      {"-rho", [](Wide p, Wide) { return -p; }, [](Wide, Wide) { return -1; }},
      {"--rho", [](Wide p, Wide) { return p; }, [](Wide, Wide) { return 1; }},
      {"rho * (2 + rho)", [](Wide p, Wide) { return p * (2 + p); },
       [](Wide p, Wide) { return 2 + 2 * p; }},
      {"(1-rho) * (1+rho)", [](Wide p, Wide q) { return q * (1 + p); },
       [](Wide p, Wide) { return -2 * p; }},
      {"rho / (1 - rho)", [](Wide p, Wide q) { return p / q; },
       [](Wide, Wide q) { return 1 / (q * q); }},
      {"(1 - rho) / -2 / rho", [](Wide p, Wide q) { return -q / (2 * p); },
       [](Wide p, Wide) { return 1 / (2 * p * p); }},
      {"rho ^ 3", [](Wide p, Wide) { return p * p * p; }, [](Wide p, Wide) { return 3 * p * p; }},
      {"(-rho) ^ 3", [](Wide p, Wide) { return -p * p * p; },
       [](Wide p, Wide) { return -3 * p * p; }},
      {"2 ^ rho", [](Wide p, Wide) { return std::exp2(p); },
       [](Wide p, Wide) { return std::numbers::ln2_v<Wide> * std::exp2(p); }},
      {"2 ^ -rho ^ 2", [](Wide p, Wide) { return std::exp2(-p * p); },
       [](Wide p, Wide) { return -2 * p * std::numbers::ln2_v<Wide> * std::exp2(-p * p); }},
      {"rho ^ (1+rho)", [](Wide p, Wide) { return std::pow(p, 1 + p); },
       [](Wide p, Wide) { return std::pow(p, 1 + p) * (std::log(p) + (1 + p) / p); }},
      // Functions.
      {"pow(rho, a)", [](Wide p, Wide) { return std::pow(p, 0.75L); },
       [](Wide p, Wide) { return 0.75L * std::pow(p, -0.25L); }},
      {"1 - (1-rho)^32", [](Wide p, Wide) { return -std::expm1(32 * std::log1p(-p)); },
       [](Wide, Wide q) { return 32 * std::pow(q, 31); }},
      {"sqrt(rho)", [](Wide p, Wide) { return std::sqrt(p); },
       [](Wide p, Wide) { return 1 / (2 * std::sqrt(p)); }},
      {"1 - sqrt(1 - rho)", [](Wide p, Wide q) { return p / (1 + std::sqrt(q)); },
       [](Wide, Wide q) { return 1 / (2 * std::sqrt(q)); }},
      {"log(rho)", [](Wide p, Wide) { return std::log(p); }, [](Wide p, Wide) { return 1 / p; }},
      {"log(1-rho)", [](Wide p, Wide) { return std::log1p(-p); },
       [](Wide, Wide q) { return -1 / q; }},
      {"exp(rho)", [](Wide p, Wide) { return std::exp(p); },
       [](Wide p, Wide) { return std::exp(p); }},
      {"exp(-rho) - 1", [](Wide p, Wide) { return std::expm1(-p); },
       [](Wide p, Wide) { return -std::exp(-p); }},
      {"sin(rho)", [](Wide p, Wide) { return std::sin(p); },
       [](Wide p, Wide) { return std::cos(p); }},
      {"cos(rho)", [](Wide p, Wide) { return std::cos(p); },
       [](Wide p, Wide) { return -std::sin(p); }},
      {"1 - cos(rho)", [](Wide p, Wide) { return 2 * std::sin(p / 2) * std::sin(p / 2); },
       [](Wide p, Wide) { return std::sin(p); }},
      {"asin(rho)", [](Wide p, Wide q) { return 2 * std::atan2(p, 1 + std::sqrt(q * (1 + p))); },
       [](Wide p, Wide q) { return 1 / std::sqrt(q * (1 + p)); }},
      {"asin(-rho)", [](Wide p, Wide q) { return -2 * std::atan2(p, 1 + std::sqrt(q * (1 + p))); },
       [](Wide p, Wide q) { return -1 / std::sqrt(q * (1 + p)); }},
      {"acos(rho)", [](Wide p, Wide q) { return 2 * std::asin(std::sqrt(q / 2)) + 0 * p; },
       [](Wide p, Wide q) { return -1 / std::sqrt(q * (1 + p)); }},
      {"atan(rho)", [](Wide p, Wide) { return std::atan(p); },
       [](Wide p, Wide) { return 1 / (1 + p * p); }},
      {"entropy(rho)", [](Wide p, Wide q) { return -p * std::log(p) - q * std::log(q); },
       [](Wide p, Wide q) { return std::log(q / p); }},
      {"std(rho)", [](Wide p, Wide q) { return std::sqrt(p * q); },
       [](Wide p, Wide q) { return (q - p) / (2 * std::sqrt(p * q)); }},
      // Surrogate rewards.
      {"2*asin(sqrt(rho))",
       [](Wide p, Wide q) { return 2 * std::atan2(std::sqrt(p), std::sqrt(q)); },
       [](Wide p, Wide q) { return 1 / std::sqrt(p * q); }},
      {"asin(sqrt(rho)) + sqrt(rho*(1-rho))",
       [](Wide p, Wide q) { return std::atan2(std::sqrt(p), std::sqrt(q)) + std::sqrt(p * q); },
       [](Wide p, Wide q) { return std::sqrt(q / p); }},
      {"2*asin(sqrt(rho)) + lambda*entropy(rho)",
       [](Wide p, Wide q) {
         return 2 * std::atan2(std::sqrt(p), std::sqrt(q)) -
                Wide{0.3} * (p * std::log(p) + q * std::log(q));
       },
       [](Wide p, Wide q) { return 1 / std::sqrt(p * q) + Wide{0.3} * std::log(q / p); }},
  };
  return kCases;
}

TEST(FormulaValues, MatchClosedFormsForEverySuccessRate) {
  for (const Case& one : Cases()) {
    const Formula formula = Compiled(one.formula, kConstants);
    WorstFormulaError worst(one.formula);
    for (std::uint32_t n = 2; n <= 1024; ++n) {
      for (std::uint32_t c = 1; c < n; ++c) {
        if (std::gcd(c, n) > 1) continue;  // the same numbers as in a smaller group
        const Formula::Value actual = formula.Evaluate(PointOf(n, c));
        const Wide p = Wide(c) / n;
        const Wide q = Wide(n - c) / n;
        const std::string where = std::to_string(c) + "/" + std::to_string(n);
        worst.Add("value", actual.value, one.value(p, q), where);
        worst.Add("slope", actual.slope, one.slope(p, q), where);
      }
    }
    worst.ExpectAtMost(1e-12);
  }
}

// Close to ρ_K = 1 the value alone has lost everything, the distance from 1 has not.
TEST(FormulaValues, KeepTheirDigitsWhereRhoKIsAlmost1) {
  // In q = 1 − ρ_K; slopes are d/dρ_K.
  const std::vector<Case> cases = {
      {"1 - rho_k", [](Wide, Wide q) { return q; }, [](Wide, Wide) { return -1; }},
      {"-rho_k + 1", [](Wide, Wide q) { return q; }, [](Wide, Wide) { return -1; }},
      {"rho_k - 1", [](Wide, Wide q) { return -q; }, [](Wide, Wide) { return 1; }},
      {"-1 + 1*rho_k", [](Wide, Wide q) { return -q; }, [](Wide, Wide) { return 1; }},
      {"(-1)*rho_k + 1", [](Wide, Wide q) { return q; }, [](Wide, Wide) { return -1; }},
      {"asin(sqrt(rho_k))", [](Wide p, Wide q) { return std::atan2(std::sqrt(p), std::sqrt(q)); },
       [](Wide p, Wide q) { return 1 / (2 * std::sqrt(p) * std::sqrt(q)); }},
      {"asin(-sqrt(rho_k))", [](Wide p, Wide q) { return -std::atan2(std::sqrt(p), std::sqrt(q)); },
       [](Wide p, Wide q) { return -1 / (2 * std::sqrt(p) * std::sqrt(q)); }},
      {"acos(sqrt(rho_k))", [](Wide p, Wide q) { return std::atan2(std::sqrt(q), std::sqrt(p)); },
       [](Wide p, Wide q) { return -1 / (2 * std::sqrt(p) * std::sqrt(q)); }},
      {"log(rho_k)", [](Wide, Wide q) { return std::log1p(-q); },
       [](Wide p, Wide) { return 1 / p; }},
      {"log(1 - rho_k)", [](Wide, Wide q) { return std::log(q); },
       [](Wide, Wide q) { return -1 / q; }},
      {"log(rho_k^2)", [](Wide, Wide q) { return 2 * std::log1p(-q); },
       [](Wide p, Wide) { return 2 / p; }},
      {"1 - rho_k*rho_k", [](Wide p, Wide q) { return q * (1 + p); },
       [](Wide p, Wide) { return -2 * p; }},
      {"1 - rho_k/sqrt(rho_k)", [](Wide p, Wide q) { return q / (1 + std::sqrt(p)); },
       [](Wide p, Wide) { return -1 / (2 * std::sqrt(p)); }},
      {"1 - rho_k^0.25", [](Wide, Wide q) { return -std::expm1(std::log1p(-q) / 4); },
       [](Wide p, Wide) { return -std::pow(p, Wide{-0.75}) / 4; }},
      {"1 - exp(rho_k - 1)", [](Wide, Wide q) { return -std::expm1(-q); },
       [](Wide, Wide q) { return -std::exp(-q); }},
      {"entropy(rho_k)", [](Wide p, Wide q) { return -q * std::log(q) - p * std::log1p(-q); },
       [](Wide p, Wide q) { return std::log(q / p); }},
      {"std(rho_k)", [](Wide p, Wide q) { return std::sqrt(p) * std::sqrt(q); },
       [](Wide p, Wide q) { return (q - p) / (2 * std::sqrt(p) * std::sqrt(q)); }},
  };
  constexpr double kSlope = 0.125;  // dρ_K/dρ: a power of 2 does not blur the comparison
  for (const Case& one : cases) {
    const Formula formula = Compiled(one.formula);
    WorstFormulaError worst(one.formula);
    for (int tens = 1; tens <= 300; ++tens) {
      for (const double digits : {1.0, 2.5, 6.9}) {
        const double q = digits * std::pow(10.0, -tens);
        const Formula::Value actual = formula.Evaluate(
            {.rho = 0.5, .fail = 0.5, .rho_k = 1 - q, .fail_k = q, .rho_k_slope = kSlope, .k = 4});
        const std::string where = "1 - rho_k = 1e-" + std::to_string(tens);
        worst.Add("value", actual.value, one.value(1 - Wide(q), q), where);
        worst.Add("slope", actual.slope, kSlope * one.slope(1 - Wide(q), q), where);
      }
    }
    worst.ExpectAtMost(1e-12);
  }
}

// (1/√(ρ_K(1−ρ_K)))·(1−ρ_K)/(1−ρ), from exact binomials.
TEST(FormulaValues, SlopeThroughRhoKMatchesExactBinomials) {
  const Formula formula = Compiled("(2/k) * asin(sqrt(rho_k))");
  WorstFormulaError worst(formula.text());
  for (std::uint32_t n = 2; n <= 1024; ++n) {
    const std::uint32_t stride = std::has_single_bit(n) || n == 1000 ? 4 : 1;
    for (std::uint32_t k = 1; k <= n; k += 1 + k / stride) {
      const reference::Real subsets = reference::Choose(static_cast<int>(n), static_cast<int>(k));
      for (std::uint32_t c = 1; c < n; c += 1 + n / 50) {
        const reference::Real fail_k =
            reference::Choose(static_cast<int>(n - c), static_cast<int>(k)) / subsets;
        // Below double's range 1 − ρ̂_K is 0, and the slope with it.
        if (fail_k > 0 && fail_k < 1e-290) continue;
        const reference::Real exact =
            fail_k == 0 ? reference::Real(0)
                        : reference::Real(sqrt(fail_k / (1 - fail_k)) * n / (n - c));
        worst.Add("slope", formula.Evaluate(PointOf(n, c, k)).slope, static_cast<Wide>(exact),
                  std::to_string(c) + "/" + std::to_string(n) + ", K = " + std::to_string(k));
      }
    }
  }
  worst.ExpectAtMost(1e-12);
}

// x^a (1−x)^b / a · Σ_j (a+b)_j / (a+1)_j x^j: no term is negative. In 100 digits.
reference::Real IncompleteBeta(const reference::Real& x, double a, double b) {
  reference::Real term = pow(x, reference::Real(a)) * pow(1 - x, reference::Real(b)) / a;
  reference::Real sum = 0;
  for (int j = 0; abs(term) > sum * 1e-30; ++j) {
    sum += term;
    term *= x * (reference::Real(a) + b + j) / (reference::Real(a) + 1 + j);
  }
  return sum;
}

TEST(FormulaValues, IncompleteBetaMatchesItsSeries) {
  for (const double a : {0.5, 1.5, 3.0, 0.01}) {
    for (const double b : {0.5, 1.5, 3.5, 15.5, 127.5, 0.01}) {
      const Formula formula = Compiled("incomplete_beta(rho, a, b)", {{"a", a}, {"b", b}});
      WorstFormulaError worst(formula.text() + " a = " + std::to_string(a) +
                              " b = " + std::to_string(b));
      for (const std::uint32_t n : {7U, 20U}) {
        for (std::uint32_t c = 1; c < n; ++c) {
          const Formula::Value actual = formula.Evaluate(PointOf(n, c));
          const reference::Real rho = reference::Real(c) / n;
          const Wide p = Wide(c) / n;
          const Wide q = Wide(n - c) / n;
          const std::string where = std::to_string(c) + "/" + std::to_string(n);
          worst.Add("value", actual.value, static_cast<Wide>(IncompleteBeta(rho, a, b)), where);
          worst.Add("slope", actual.slope, std::pow(p, Wide(a) - 1) * std::pow(q, Wide(b) - 1),
                    where);
        }
      }
      worst.ExpectAtMost(1e-12);
    }
  }
}

// For a ≫ b almost all of the integral lies next to 1, where its complement is no help.
TEST(FormulaValues, IncompleteBetaKeepsItsDigitsBelowALateMean) {
  for (const double a : {100.0, 1000.0}) {
    for (const double b : {0.5, 15.5}) {
      const Formula formula = Compiled("incomplete_beta(rho, a, b)", {{"a", a}, {"b", b}});
      WorstFormulaError worst(formula.text() + " a = " + std::to_string(a) +
                              " b = " + std::to_string(b));
      for (const std::uint32_t n : {16U, 1024U}) {
        for (const std::uint32_t wrong : {1U, 3U, 9U, 90U}) {
          if (wrong >= n) continue;
          const reference::Real rho = reference::Real(n - wrong) / n;
          worst.Add("value", formula.Evaluate(PointOf(n, n - wrong)).value,
                    static_cast<Wide>(IncompleteBeta(rho, a, b)),
                    std::to_string(n - wrong) + "/" + std::to_string(n));
        }
      }
      worst.ExpectAtMost(1e-11);
    }
  }
}

// Near 1 the integrand is infinite, and one ulp of rho moves the integral by 1e-8.
TEST(FormulaValues, IncompleteBetaKnowsTheDistanceFrom1) {
  const Formula formula = Compiled("incomplete_beta(rho_k, 0.5, 0.5) - 2*asin(sqrt(rho_k))");
  for (const double q : {1e-3, 1e-10, 1e-17, 1e-40, 1e-200}) {
    const Formula::Value actual = formula.Evaluate(
        {.rho = 0.5, .fail = 0.5, .rho_k = 1 - q, .fail_k = q, .rho_k_slope = 1, .k = 2});
    EXPECT_NEAR(actual.value, 0, 1e-14) << q;
    EXPECT_NEAR(actual.slope * std::sqrt(q), 0, 1e-13) << q;
  }
}

TEST(FormulaValues, ASlopeOfZeroStaysZeroWhereTheFunctionIsInfinitelySteep) {
  // n − c < K: ρ̂_K = 1.
  const Formula::Point point = PointOf(8, 6, 4);
  ASSERT_EQ(point.fail_k, 0);
  ASSERT_EQ(point.rho_k_slope, 0);
  for (const char* text :
       {"asin(sqrt(rho_k))", "acos(rho_k)", "entropy(rho_k)", "std(rho_k)", "sqrt(1-rho_k)",
        "(1-rho_k)^0.5", "(1-rho_k)^rho", "exp(-1/(1-rho_k))", "incomplete_beta(rho_k,0.5,0.5)"}) {
    const Formula::Value actual = Compiled(text).Evaluate(point);
    EXPECT_TRUE(std::isfinite(actual.value)) << text;
    EXPECT_EQ(actual.slope, 0) << text;
  }
  EXPECT_EQ(Compiled("rho + asin(sqrt(rho_k))").Evaluate(point).slope, 1);
  EXPECT_DOUBLE_EQ(Compiled("rho * asin(sqrt(rho_k))").Evaluate(point).slope, std::numbers::pi / 2);
}

TEST(FormulaValues, WhatIsNotDefinedIsNotFinite) {
  const Formula::Point point = PointOf(8, 6, 4);
  for (const char* text :
       {"log(1-rho_k)", "1/(1-rho_k)", "log(rho-1)", "sqrt(-rho)", "asin(1+rho)", "acos(-1-rho)",
        "entropy(-rho)", "entropy(1+rho)", "std(1+rho)", "(-rho)^0.5", "0/0", "exp(1e6*rho)",
        "1e308*10", "0^-1", "incomplete_beta(1+rho,1,1)", "incomplete_beta(rho,0,1)",
        "incomplete_beta(rho,1,1e7)", "incomplete_beta(-rho,1,1)"}) {
    EXPECT_FALSE(std::isfinite(Compiled(text).Evaluate(point).value)) << text;
  }
  // Finite, but infinitely steep.
  EXPECT_FALSE(std::isfinite(Compiled("sqrt(rho-0.75)").Evaluate(point).slope));
}

TEST(FormulaValues, Grammar) {
  const auto value = [](const char* text) {
    return Compiled(text).Evaluate(PointOf(4, 1, 2)).value;
  };
  EXPECT_EQ(value("1 - 2 - 3"), -4);
  EXPECT_EQ(value("24 / 4 / 3"), 2);
  EXPECT_EQ(value("2 + 3 * 4"), 14);
  EXPECT_EQ(value("(2 + 3) * 4"), 20);
  EXPECT_EQ(value("-2 ^ 2"), -4);
  EXPECT_EQ(value("2 ^ 3 ^ 2"), 512);
  EXPECT_EQ(value("2 ^ -1"), 0.5);
  EXPECT_EQ(value("2 - -1"), 3);
  EXPECT_EQ(value("2 * -3"), -6);
  EXPECT_EQ(value(" \t\r\n 1 \n"), 1);
  EXPECT_EQ(value("1.5e2 + .5 + 1. + 2E-1 + 1e+1"), 161.7);
  EXPECT_EQ(value("pow ( 2 , 3 )"), 8);
  EXPECT_EQ(value("k"), 2);
  EXPECT_EQ(value("rho_k"), 0.5);
  EXPECT_EQ(Compiled("_x1 + rho_", {{"_x1", 2.0}, {"rho_", 3.0}}).Evaluate({}).value, 5);
}

TEST(FormulaValues, SaysWhatItUses) {
  const Constants constants = {{"a", 1.0}, {"b", 2.0}};
  const Formula formula = Compiled("a*rho_k + a", constants);
  EXPECT_TRUE(formula.uses("a"));
  EXPECT_FALSE(formula.uses("b"));
  EXPECT_TRUE(formula.uses_rho_k());
  EXPECT_FALSE(formula.uses_k());
  EXPECT_EQ(formula.operations(), 5U);
  EXPECT_EQ(formula.text(), "a*rho_k + a");
  EXPECT_TRUE(Compiled("k").uses_k());
  EXPECT_FALSE(Compiled("rho").uses_rho_k());
}

}  // namespace
}  // namespace advantaged::testing
