// Formulas that callers type: surrogate rewards F(ρ, ρ_K), compiled once, evaluated with their
// derivative.
//
//   2*asin(sqrt(rho)) + lambda*entropy(rho)
//
//   expression  term (("+" | "-") term)*
//   term        unary (("*" | "/") unary)*
//   unary       "-" unary | power
//   power       primary ("^" unary)?            right to left: -x^2 = -(x^2), 2^3^2 = 2^9
//   primary     number | name | function "(" expression ("," expression)* ")" | "(" expression ")"
//
// Numbers are written as in C, without hexadecimal ones. Names are `rho`, `rho_k`, `k` and the
// caller's constants, [a-z_][a-z0-9_]*. Functions: sqrt, log, exp, sin, cos, asin, acos, atan,
// pow(x, y), entropy(x) = −x ln x − (1−x) ln(1−x), std(x) = √(x(1−x)), incomplete_beta(x, a, b) =
// ∫_0^x t^(a−1) (1−t)^(b−1) dt with 0 < a, b ≤ 2^20 free of rho and rho_k.
//
// Numerics. Differentiation is in forward mode, together with the value; there are no differences.
// A number carries its distances from 1 and −1 beside its value, so that what is close to either
// keeps its digits: asin(sqrt(rho_k)) is right where 1−ρ_K = 1e-300. A difference that cancels
// elsewhere, as 2*rho_k - 2 does, loses digits as it would in any program. Where a slope is exactly
// 0 it stays 0 through functions that are infinitely steep there.
#ifndef ADVANTAGED_CORE_FORMULA_FORMULA_H_
#define ADVANTAGED_CORE_FORMULA_FORMULA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "advantaged/advantaged.h"
#include "core/formula/operation.h"

namespace advantaged {

namespace formula {
class Builder;
}  // namespace formula

// Why a text is no formula.
struct FormulaError {
  std::size_t position = 0;  // of the offending character, the first being 1
  std::string message;       // what was expected, or what is wrong

  // `character 6: expected …`
  std::string Text() const;
};

// A compiled formula. Immutable, safe to use from any thread.
class Formula {
 public:
  static constexpr std::size_t kMaxBytes = 512;       // of text
  static constexpr std::size_t kMaxDepth = 64;        // parentheses, calls, exponents, signs
  static constexpr std::size_t kMaxOperations = 256;  // numbers and names count as one each
  static constexpr std::size_t kMaxNameBytes = 32;    // of a constant

  // One success rate. The distances from 1 are given apart, since 1 − ρ_K may be far below what ρ_K
  // can tell.
  struct Point {
    double rho = 0;
    double fail = 0;         // 1 − ρ
    double rho_k = 0;        // ρ_K
    double fail_k = 0;       // 1 − ρ_K
    double rho_k_slope = 0;  // dρ_K/dρ; 0 where ρ̂_K = 1
    double k = 1;            // K
  };
  // F and dF/dρ; NaN or infinite where they are not defined.
  struct Value {
    double value;
    double slope;
  };

  // Compiles `text`. `constants` are the values of the names in it besides rho, rho_k and k; they
  // must be proper names (IsName). Time and stack are bounded by the three limits.
  static std::variant<Formula, FormulaError> Compile(std::string_view text,
                                                     const Constants& constants = {});

  // True if a constant may be called so: [a-z_][a-z0-9_]*, at most kMaxNameBytes, neither a
  // variable nor a function.
  static bool IsName(std::string_view name);

  Value Evaluate(const Point& point) const;

  const std::string& text() const { return text_; }
  bool uses_rho_k() const { return uses_rho_k_; }
  bool uses_k() const { return uses_k_; }
  // True if the constant occurs in the formula.
  bool uses(std::string_view constant) const;
  std::size_t operations() const { return program_.size(); }
  // What one evaluation costs, in operations of some 10 ns, of which a power and entropy count for
  // 4 and incomplete_beta for 256.
  std::size_t cost() const { return cost_; }

 private:
  friend class formula::Builder;
  Formula() = default;

  std::string text_;
  std::vector<formula::Operation> program_;
  std::vector<std::string> used_constants_;
  std::size_t cost_ = 0;
  bool uses_rho_k_ = false;
  bool uses_k_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_FORMULA_FORMULA_H_
