// From a method to the reward it ascends.
//
//   advantaged::DescribeRequest request;
//   request.method = {"pass_at_k_grpo", {{"k", 4}}};
//   request.n = 16;                                   // responses per prompt
//   advantaged::Description d = advantaged::Describe(request);
//   if (!d.ok()) …                                    // d.violations says what is wrong and where
//   Plot(d.curve.rho, d.curve.surrogate);             // F(ρ), what the method maximizes
//
// A method that weighs correct responses of a prompt with success rate ρ by A₊(ρ) and wrong ones by
// A₋(ρ) follows F′(ρ) ∇ρ with F′ = A₊ − A₋: it maximizes the surrogate reward F (arXiv
// 2510.23049v1, sections 3 and 5, footnote 4). That is the limit of many responses. With n of them
// the expected update is F_n′(ρ) ∇ρ, exactly, with a polynomial F_n; both are here, and the noise
// around them.
//
// Pure, thread-safe and in double. Below 10 ms for most methods and sizes, a quarter of a second
// with the most points and the largest n, and about a second for the longest formulas there and
// for pass_at_k_variance_stabilized.
// Nothing throws except std::bad_alloc.
#ifndef ADVANTAGED_DESCRIBE_H_
#define ADVANTAGED_DESCRIBE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "advantaged/advantaged.h"

namespace advantaged {

// Most points of a grid, and the largest n (kMaxTableSize).
inline constexpr std::uint32_t kMaxDescribedPoints = 4096;

struct DescribeRequest {
  MethodSpec method;
  std::uint32_t n = 16;        // group size, 2 … kMaxTableSize, at least what the method needs
  std::uint32_t points = 199;  // the grid ρ = i/(points+1), i = 1 … points; not used with `rho`
  std::vector<double> rho;     // or the grid itself: ascending, in [1e-100, 1)
};

// How F was found.
enum class SurrogateKind : std::uint8_t {
  kClosedForm,
  kIntegrated,  // F′ integrated numerically
  kNone,        // no limit of many responses: `custom_table` says nothing about other n
};

// Where F is 0: the first of these at which it is finite.
enum class SurrogateAnchor : std::uint8_t { kZeroAtZero, kZeroAtOne, kZeroAtHalf };

// What `Compute` returns for groups of n with c = 0 … n correct: n+1 entries each.
struct DescribedTable {
  std::vector<float> advantage_correct;  // A₊; 0 where c = 0
  std::vector<float> advantage_wrong;    // A₋; 0 where c = n
  // Effective weights of the mean gradient of correct and of wrong responses, arXiv 2510.23049v1
  // section 2: W₊ = ρ̂ A₊, W₋ = (1−ρ̂) |A₋|.
  std::vector<double> weight_correct;
  std::vector<double> weight_wrong;
};

// Functions of ρ: one entry per point of the grid, or none where a comment says so.
struct DescribedCurve {
  std::vector<double> rho;

  // The limit n → ∞. None with kNone. Methods that know their n even there
  // (pass_at_k_variance_stabilized; the scale `published` of max_at_k) are taken at this n.
  std::vector<double> advantage_correct;
  std::vector<double> advantage_wrong;
  std::vector<double> weight_correct;        // ρ A₊
  std::vector<double> weight_wrong;          // (1−ρ) |A₋|
  std::vector<double> surrogate_derivative;  // F′ = A₊ − A₋
  std::vector<double> surrogate;             // F, up to `surrogate_error_bound`
  // F = data term + regularizer, where the method is made of the two; else none.
  std::vector<double> data_term;
  std::vector<double> regularizer;

  // With n responses, exactly; c ~ Binomial(n, ρ). F_n(0) = 0. `opo` is taken with equal lengths.
  std::vector<double> finite_n_surrogate_derivative;  // F_n′
  std::vector<double> finite_n_surrogate;             // F_n
  // Noise: the standard deviation of the coefficient X(c) = (c/n) A₊/ρ − ((n−c)/n) A₋/(1−ρ) of a
  // prompt, whose mean is F_n′; and the mean of A² over responses.
  std::vector<double> coefficient_sd;
  std::vector<double> mean_square_advantage;

  // Of the unbiased estimator ρ̂_K = 1 − C(n−c, K)/C(n, K). None unless the method has a K ≤ n.
  std::vector<double> pass_at_k_mean;  // ρ_K = 1 − (1−ρ)^K
  std::vector<double> pass_at_k_sd;

  SurrogateKind surrogate_kind = SurrogateKind::kNone;
  SurrogateAnchor surrogate_anchor = SurrogateAnchor::kZeroAtZero;
  // Absolute, of every entry of `surrogate`; of a formula of the caller, without the digits that
  // its own differences cancel.
  double surrogate_error_bound = 0;
  std::string surrogate_formula;  // F as text for the method `surrogate`; "" if it has none
  // Where F is largest, in [0, 1]: the ends, and the maxima that F′ shows between points. None if
  // F′ is 0 everywhere.
  std::optional<double> surrogate_arg_max;
  // The smallest ρ that the grid shows, from which A₊ < 0 or A₋ > 0: success is pushed down or
  // failure up.
  std::optional<double> sign_change_rho;
};

struct Description {
  // Empty iff the request was good; otherwise nothing below is meaningful. Fields: "method…" as in
  // `Compute`, "n", "points", "rho", "rho[i]".
  Violations violations;
  bool ok() const { return violations.empty(); }
  // The caller gave up: nothing else is meaningful.
  bool stopped = false;

  std::string name;
  std::string equation;
  std::string source;
  MethodSpec method;  // with every default filled in
  std::uint32_t n = 0;
  DescribedTable table;
  DescribedCurve curve;
};

// `stop` is asked now and then, at least every few milliseconds, and ends the computation once it
// is true; empty: never. It may not throw.
Description Describe(const DescribeRequest& request, const std::function<bool()>& stop = {});

}  // namespace advantaged

#endif  // ADVANTAGED_DESCRIBE_H_
