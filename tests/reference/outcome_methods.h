// Methods on outcomes, as their papers define them: A₊ and A₋ of a group of n with c correct, and
// the surrogate rewards that they ascend.
#ifndef ADVANTAGED_TESTS_REFERENCE_OUTCOME_METHODS_H_
#define ADVANTAGED_TESTS_REFERENCE_OUTCOME_METHODS_H_

#include <string>

#include "advantaged/advantaged.h"
#include "tests/reference/exact.h"

namespace advantaged::reference {

// A value for correct and one for wrong responses.
struct Sides {
  Real correct = 0;
  Real wrong = 0;
};

inline Sides operator*(const Real& factor, const Sides& sides) {
  return {factor * sides.correct, factor * sides.wrong};
}
inline Sides operator+(const Sides& a, const Sides& b) {
  return {a.correct + b.correct, a.wrong + b.wrong};
}

// A group of outcomes. `mixed` tells whether 0 < c < n; methods with a baseline are 0 elsewhere.
struct Group {
  Group(int size, int correct);
  int n, c;
  bool mixed;
  Real rho, fail;  // ρ̂ and 1−ρ̂
  Sides grpo;      // (8); 0 where not mixed
};

// A group beside a K ≤ n.
struct GroupAtK : Group {
  GroupAtK(const Group& group, int subset);
  int k;
  Real f_plus, f_minus;  // (14)
  Real fail_k, rho_k;    // (12): 1−ρ̂_K and ρ̂_K
};

Sides Reinforce(const Group& g);
Sides Rloo(const Group& g);
Sides Grpo(const Group& g, int ddof, double epsilon);
Sides DrGrpo(const Group& g);
Sides BaseByName(const std::string& base, const Group& g);

Sides PassAtKReinforce(const GroupAtK& g);
Sides PassAtKRloo(const GroupAtK& g);
Sides PassAtKGrpo(const GroupAtK& g);
Sides PassAtKShaped(const GroupAtK& g);  // (19)
// Its factor on GRPO, by listing every outcome of c ~ Binomial(n, ρ̂).
Real VarianceStabilizingFactor(const GroupAtK& g);
Sides CombinedShaped(const GroupAtK& g, const Sides& shaped);
Sides CombinedDirect(const GroupAtK& g);
Sides SkewR(const Group& g);
Sides StdRegularized(const Group& g, double s);
Sides EntropyRegularized(const Group& g, double lambda);
Sides Biased(const Group& g, const Real& weight, const std::string& base);
Sides MaxRl(const Group& g);
// variant and scale as the parameters of max_at_k.
Sides MaxAtK(const GroupAtK& g, const std::string& variant, const std::string& scale);

// The method of a spec with every parameter it needs, custom_table included. For sweeps call the
// functions above, which share their group.
Sides OutcomeMethod(const MethodSpec& spec, int n, int c);

// φ₊ and φ₋ of a method of the form φ · A_base, and the name of its base. Side without responses:
// unspecified.
struct Shape {
  Sides factor;
  std::string base;
};
Shape OutcomeShape(const MethodSpec& spec, int n, int c);

// F(ρ) and F′(ρ) of a method in the limit n → ∞, 0 < ρ < 1, as the table of docs/surrogates.md
// defines them. F(0) = 0, except ln ρ of max_rl. Throws std::invalid_argument for methods without a
// closed form. `n` matters to the scale `published` of max_at_k.
Real Surrogate(const MethodSpec& spec, const Real& rho, int n);
Real SurrogateSlope(const MethodSpec& spec, const Real& rho, int n);

// Parameters of a spec.
double NumberOf(const MethodSpec& spec, const std::string& name, double otherwise);
std::string TextOf(const MethodSpec& spec, const std::string& name, const std::string& otherwise);
bool FlagOf(const MethodSpec& spec, const std::string& name);

}  // namespace advantaged::reference

#endif  // ADVANTAGED_TESTS_REFERENCE_OUTCOME_METHODS_H_
