// What a method is, to the rest of the core: one row of the method table.
//
// A method is written in the terms of its paper, as a pure function of one group, in one or more of
// three shapes. The kernels do the loops:
//
//   table   outcomes, or rewards that are all 0 or 1: (n, c) → (A₊, A₋)
//   affine  real rewards: the group → (slope, centre, shift),
//           A_i = slope · ((r_i − centre) − shift); as data where moments of the group are enough
//   rank    real rewards whose advantage depends on their order (max@K)
//
// A method of the form factor × base advantage writes only its factor φ(n, c) → (φ₊, φ₋); its table
// is φ± times the base's table, and under `shape_rewards` its slopes are φ± times the base's slope
// on the real rewards.
#ifndef ADVANTAGED_CORE_METHODS_METHOD_H_
#define ADVANTAGED_CORE_METHODS_METHOD_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "advantaged/advantaged.h"
#include "advantaged/catalog.h"
#include "core/formula/surrogate_formula.h"
#include "core/kernels/affine_rule.h"
#include "core/kernels/apply.h"
#include "core/kernels/group_places.h"
#include "core/kernels/moments.h"

namespace advantaged {

struct RankMemory;

// The methods that others scale.
enum class Base : std::uint8_t { kReinforce, kRloo, kGrpo, kDrGrpo };
enum class MaxVariant : std::uint8_t { kPlain, kLeaveOneOut, kLeaveOneOutMinusOne };
enum class MaxScale : std::uint8_t { kReduced, kUnbiased, kPublished };

// Every parameter of every method; a method reads those that its row lists. Tables are cached by
// all of them.
struct Parameters {
  std::uint32_t k = 1;
  bool keep_factor_k = false;
  std::uint32_t ddof = 0;
  double epsilon = 0;
  double std_coefficient = 0;
  double entropy_coefficient = 0;
  double gamma = 0;
  double positive_weight = 1;
  Base base = Base::kGrpo;
  MaxVariant variant = MaxVariant::kPlain;
  MaxScale scale = MaxScale::kReduced;
  bool leave_one_out_factor = false;
  const std::vector<OutcomeTable>* tables = nullptr;
  SharedFormula formula = {};

  auto operator<=>(const Parameters&) const = default;
};

// One parameter: its name is the proto field, the command-line KEY and the key of
// MethodSpec::parameters.
struct ParameterRow {
  std::string_view name;
  std::string_view description;
  ParameterType type = ParameterType::kReal;
  double minimum = 0;                  // inclusive; integers and reals only
  std::optional<double> maximum = {};  // inclusive
  std::optional<double> default_number =
      {};  // of flags 0 or 1, of choices the index; absent: required, unless it may be omitted
  bool may_be_omitted = false;
  std::span<const std::string_view> choices = {};
  // As typed on the command line: a value other than the default. The examples of a row make a
  // valid method for groups of four.
  std::string_view example = {};
  void (*set)(Parameters&, double) = nullptr;  // null where the method reads the spec
};

// A group of outcomes in the terms of the paper.
struct Counts {
  double n;          // group size
  double c;          // number correct
  double rho;        // ρ̂ = c/n
  double fail;       // 1 − ρ̂ = (n−c)/n
  double f_correct;  // f₊ = C(n−c, K−1)/C(n−1, K−1)    (14); 0 where c = 0
  double f_wrong;    // f₋ = C(n−c−1, K−1)/C(n−1, K−1)  (14); 0 where c = n
  double rho_k;      // ρ̂_K = 1 − (1−ρ̂) f₋               (12)
};

// A value for correct and one for wrong responses.
struct Pair {
  double correct;
  double wrong;
};

// A group of real rewards: the valid ones, in the order of the request.
struct RewardGroup {
  std::span<const float> rewards;
  std::span<const std::uint32_t> lengths;  // empty unless the request has them
  const Moments& moments;
};

// A surrogate reward F(ρ), up to a constant, as text of the language of core/formula/formula.h.
// Names: rho, rho_k, k, the real parameters of the method, and n, the group size of the question.
struct SurrogateParts {
  std::string_view data_term;
  std::string_view regularizer = {};  // added to it; "" unless the method is made of the two
};

// One row of the method table. Function pointers that do not apply are null.
struct MethodRow {
  std::string_view name;
  std::string_view equation;
  std::string_view source;
  MethodInput input;
  ConstantGroup constant_group;
  std::span<const ParameterRow> parameters = {};
  // The smallest n for which the formula is defined.
  std::uint32_t (*smallest_group)(const Parameters&);

  // Outcomes: either the table itself, or a factor and the base it multiplies.
  Pair (*table)(const Counts&, const Parameters&) = nullptr;
  Pair (*factor)(const Counts&, const Parameters&) = nullptr;
  Base (*base)(const Parameters&) = nullptr;
  // Real rewards: one of the other two shapes. `rank` takes any number of groups, which get the
  // bits that each would get alone.
  Affine (*affine)(const RewardGroup&, const Parameters&) = nullptr;
  // Where `affine` needs no more of a group than its moments, what it is, as data: kernels take
  // many groups at once. `affine` is then ByRule<rule>.
  AffineRule (*rule)(const Parameters&) = nullptr;
  void (*rank)(const GroupPlaces&, const Parameters&, RankMemory&,
               std::span<double> advantages) = nullptr;
  // The limit n → ∞ as a function of ρ (core/surrogate/population.h), where the table of a huge
  // group is not it. `counts` holds the n of the question and, for the rest, values in the limit:
  // f± = (1−ρ)^(K−1).
  Pair (*limit)(const Counts& counts, const Parameters&) = nullptr;
  // F in closed form: its derivative is the limit's A₊ − A₋. A data term "" if these parameters
  // have none; null if none have. Where there is a `Parameters::formula`, that is F.
  SurrogateParts (*surrogate)(const Parameters&) = nullptr;
  // Methods given by formulas: compiles those of the resolved `spec`. Adds violations, at paths
  // that begin with `path`, for what only the parameters together show; null if there were any.
  std::shared_ptr<const SurrogateFormula> (*compile)(const MethodSpec& spec,
                                                     const std::string& path,
                                                     Violations& violations) = nullptr;
  // What one entry of the table costs, in operations of some 10 ns, where that depends on what the
  // caller sends; a request may spend kMaxTableCost (core/methods/table_cache.h).
  std::size_t (*cost)(std::uint32_t n, const Parameters&) = nullptr;
  // False for an n that the parameters say nothing about; null: they are for every n.
  bool (*has_size)(std::uint32_t n, const Parameters&) = nullptr;
  // Adds a violation that says why the factor is not finite for these counts; null: it always is.
  void (*refuse_undefined)(const Counts&, const Parameters&, Violations&) = nullptr;
  bool needs_lengths = false;
  // Not zero-mean by design: a later centering would change the method.
  bool keeps_mean = false;

  // True if outcomes, or rewards of 0 and 1, decide every advantage.
  bool has_table() const { return table != nullptr || factor != nullptr; }
  // True if `shape_rewards` applies.
  bool shapes_rewards() const { return factor != nullptr; }
  // True if centering the advantages would change what the method ascends.
  bool mean_carries_meaning(const Parameters& p) const {
    return keeps_mean || (constant_group == ConstantGroup::kAsBase && base(p) == Base::kReinforce);
  }
  // True if a group whose inputs are all equal gets exactly 0.
  bool zero_if_constant(const Parameters& p) const {
    return constant_group == ConstantGroup::kZero ||
           (constant_group == ConstantGroup::kAsBase && base(p) != Base::kReinforce);
  }
};

// MethodRow::affine of a method that has a `rule`.
template <AffineRule (*Rule)(const Parameters&)>
Affine ByRule(const RewardGroup& group, const Parameters& parameters) {
  return AffineOf(Rule(parameters), group.moments);
}

// The advantages of a group of outcomes: `row.table`, or `row.factor` times its base; a side
// without responses is 0, and so is a constant group under a method with a baseline.
Pair TableEntry(const MethodRow& row, const Counts& counts, const Parameters& parameters);

}  // namespace advantaged

#endif  // ADVANTAGED_CORE_METHODS_METHOD_H_
