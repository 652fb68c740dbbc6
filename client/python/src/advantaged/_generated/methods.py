"""The methods as classes; advantaged.methods has them for users.

Written by scripts/generate.py (`make generate`): edit what it reads.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from advantaged import _method
from advantaged._generated import names
from advantaged._method import Method, Table

__all__ = [
    "Reinforce", "Rloo", "Grpo", "DrGrpo", "PassAtKReinforce", "PassAtKRloo", "PassAtKGrpo", "PassAtKShaped",
    "PassAtKVarianceStabilized", "CombinedShaped", "CombinedDirect", "SkewR", "StdRegularized", "EntropyRegularized",
    "BiasedPassAtK", "Focal", "MaxAtK", "MaxRl", "WeightedReinforce", "Opo", "CustomTable", "Surrogate"]


@dataclasses.dataclass(frozen=True)
class Reinforce(Method, name="reinforce"):
    """A_i = r_i.

    REINFORCE: A_i = r_i; on outcomes A+ = 1, A- = 0. Equation (5). Constant group: formula. Needs n >= 1.
    """


@dataclasses.dataclass(frozen=True)
class Rloo(Method, name="rloo"):
    """Leave-one-out baseline.

    RLOO: A_i = r_i - mean of the other rewards; A+ = n/(n-1) (1-rho), A- = -n/(n-1) rho. Equation (6). Constant group:
    0. Needs n >= 2.
    """


@dataclasses.dataclass(frozen=True)
class Grpo(Method, name="grpo"):
    """Mean baseline, divided by the standard deviation.

    GRPO: A_i = (r_i - mean)/(sd + epsilon); A+ = sqrt((1-rho)/rho), A- = -sqrt(rho/(1-rho)). Equation (8). Constant
    group: 0. Needs n >= 2.
    """

    ddof: int | None = None
    """Delta degrees of freedom of the standard deviation: 0 (default, the paper's) divides by n, 1 by n-1."""

    epsilon: float | None = None
    """Added to the standard deviation, in units of the reward; finite and >= 0, default 0 (the paper's)."""


@dataclasses.dataclass(frozen=True)
class DrGrpo(Method, name="dr_grpo"):
    """Mean baseline, no scale.

    Dr. GRPO: A_i = r_i - mean; A+ = 1-rho, A- = -rho. Mean baseline without a scale, arXiv 2503.20783. Constant group:
    0. Needs n >= 2.
    """


@dataclasses.dataclass(frozen=True)
class PassAtKReinforce(Method, name="pass_at_k_reinforce"):
    """REINFORCE_K: Pass@K without a baseline.

    REINFORCE_K: A+ = f+, A- = 0. Equations (13)-(15). Constant group: formula. Needs n >= K.
    """

    k: int
    """K of Pass@K; required, 1 <= K <= n."""

    keep_factor_k: bool | None = None
    """Multiplies the result by K, the factor of grad rho_K that the paper drops; default false."""


@dataclasses.dataclass(frozen=True)
class PassAtKRloo(Method, name="pass_at_k_rloo"):
    """RLOO_K: Pass@K with a leave-one-out baseline.

    RLOO_K: A+ = n/(n-1) (1-rho) f+, A- = -n/(n-1) rho f-. Equation (16). Constant group: 0. Needs n >= max(2, K).
    """

    k: int
    """K of Pass@K; required, 1 <= K <= n."""

    keep_factor_k: bool | None = None
    """Multiplies the result by K, the factor of grad rho_K that the paper drops; default false."""


@dataclasses.dataclass(frozen=True)
class PassAtKGrpo(Method, name="pass_at_k_grpo"):
    """GRPO_K: GRPO weighted by leave-one-out failure.

    GRPO_K: A+ = A_GRPO f+, A- = A_GRPO f-. Equations (17), (18). Constant group: 0. Needs n >= max(2, K).
    """

    k: int
    """K of Pass@K; required, 1 <= K <= n."""

    keep_factor_k: bool | None = None
    """Multiplies the result by K, the factor of grad rho_K that the paper drops; default false."""


@dataclasses.dataclass(frozen=True)
class PassAtKShaped(Method, name="pass_at_k_shaped"):
    """Pass@K-shaped GRPO (Chen et al.).

    Pass@K-shaped GRPO (Chen et al.): A+ = (1-rho_K)/sigma_K, A- = (1-rho_K-f-)/sigma_K with sigma_K = sqrt(rho_K
    (1-rho_K)); 0 where sigma_K = 0. Equations (19), (20). Constant group: 0. Needs n >= max(2, K).
    """

    k: int
    """K of Pass@K; required, 1 <= K <= n."""


@dataclasses.dataclass(frozen=True)
class PassAtKVarianceStabilized(Method, name="pass_at_k_variance_stabilized"):
    """Pass@K on the scale where its estimate is equally noisy everywhere.

    A_i = F'(rho) (r_i - rho), F'(rho) = K (1-rho)^(K-1) / (sqrt(n) sd(rho_K)), where sd(rho_K) is the exact standard
    deviation of the unbiased Pass@K estimate (12) under c ~ Binomial(n, rho), and rho = c/n: the surrogate reward F is
    the variance-stabilizing transform of that estimate (sections 5.1 and 5.2 leave it open). K = 1 is GRPO, and n much
    larger than K tends to it; docs/surrogates.md compares it with pass_at_k_shaped at small n. Constant group: 0. Needs
    n >= max(2, K). A table costs n min(K, n-K) operations, once: 20 us for n = 256 and K = 4, 55 ms for n = 4096 and K
    = 2048; a request may spend 2^24.
    """

    k: int
    """K of Pass@K; required, 1 <= K <= n."""


@dataclasses.dataclass(frozen=True)
class CombinedShaped(Method, name="combined_shaped"):
    """Shaped and plain GRPO mixed by rho.

    rho A_shaped + (1-rho) A_GRPO. Equation (24). Constant group: 0. Needs n >= max(2, K).
    """

    k: int
    """K of the shaped part; required, 1 <= K <= n."""


@dataclasses.dataclass(frozen=True)
class CombinedDirect(Method, name="combined_direct"):
    """GRPO_K and plain GRPO mixed by rho.

    A+ = ((1-rho) + rho f+) A_GRPO, A- = ((1-rho) + rho f-) A_GRPO. Equation (25). Constant group: 0. Needs n >= max(2,
    K).
    """

    k: int
    """K of the direct part; required, 1 <= K <= n."""


@dataclasses.dataclass(frozen=True)
class SkewR(Method, name="skew_r"):
    """Skew-R: GRPO weighted by the failure rate.

    Skew-R: (1-rho) A_GRPO. Equation (26). Constant group: 0. Needs n >= 2.
    """


@dataclasses.dataclass(frozen=True)
class StdRegularized(Method, name="std_regularized"):
    """GRPO with a standard-deviation regularizer.

    (1 + (s/2)(1-2 rho)) A_GRPO. Section 6.2; s = 2 is twice Skew-R. Constant group: 0. Needs n >= 2.
    """

    std_coefficient: float
    """s, the weight of the regularizer sqrt(rho (1-rho)); required, finite and >= 0."""


@dataclasses.dataclass(frozen=True)
class EntropyRegularized(Method, name="entropy_regularized"):
    """GRPO with an entropy regularizer.

    (1 + lambda sqrt(rho (1-rho)) ln((1-rho)/rho)) A_GRPO. Equation (28). A+ < 0 on easy prompts from lambda of about
    1.51. Constant group: 0. Needs n >= 2.
    """

    entropy_coefficient: float
    """lambda, the weight of the entropy H(rho); required, finite and >= 0."""


@dataclasses.dataclass(frozen=True)
class BiasedPassAtK(Method, name="biased_pass_at_k"):
    """A base method weighted by (1-rho)^(K-1).

    (1-rho)^(K-1) A_base (Mahdavi et al.). Equation (29). Constant group: as the base. Needs n >= 1 with base REINFORCE,
    n >= 2 otherwise; K may exceed n.
    """

    k: int
    """K of Pass@K; required, >= 1."""

    base: names.Base
    """The method that is scaled; required."""

    keep_factor_k: bool | None = None
    """Multiplies the result by K, the factor of grad rho_K that the paper drops; default false."""


@dataclasses.dataclass(frozen=True)
class Focal(Method, name="focal"):
    """A base method weighted by (1-rho)^gamma.

    F-GRPO: (1-rho)^gamma A_base, arXiv 2602.06717; gamma = K-1 is `BiasedPassAtK`. Constant group: as the base. Needs n
    >= 1 with base REINFORCE, n >= 2 otherwise.
    """

    gamma: float
    """gamma; required, finite and >= 0."""

    base: names.Base
    """The method that is scaled; required."""


@dataclasses.dataclass(frozen=True)
class MaxAtK(Method, name="max_at_k"):
    """Expected maximum of K rewards.

    max@K for real rewards (Walder and Karkhanis, arXiv 2505.15201): A_i follows from s_i = 1/C(n,K) Sum over subsets S
    of K responses with i in S of max{r_j : j in S} PLAIN s_i^loo = s_i - K/(n-1) max@K(r without i) LEAVE_ONE_OUT
    s_i^(loo-1) = s_i - (K/n) max@(K-1)(r without i) (s_i for K = 1) LEAVE_ONE_OUT_MINUS_ONE Ties get equal values. Not
    zero-mean: nothing downstream may re-centre it. On binary rewards PLAIN is (35): A+ = 1, A- = 1 - f-. Constant
    group: formula. Needs n >= K, and n >= K+1 for LEAVE_ONE_OUT.
    """

    k: int
    """K; required, 1 <= K <= n (K <= n-1 for LEAVE_ONE_OUT)."""

    variant: names.Variant | None = None
    """Which estimator; default PLAIN."""

    scale: names.Scale | None = None
    """How s_i is scaled; default REDUCED."""


@dataclasses.dataclass(frozen=True)
class MaxRl(Method, name="max_rl"):
    """Maximum-likelihood RL.

    MaxRL: A_i = (r_i - mean)/mean, 0 where mean <= 0; A+ = (1-rho)/rho, A- = -1. arXiv 2602.02710. Constant group: 0.
    Needs n >= 2.
    """


@dataclasses.dataclass(frozen=True)
class WeightedReinforce(Method, name="weighted_reinforce"):
    """Correct and wrong responses weighted apart.

    A+ = lambda, A- = -1. arXiv 2506.01347. Constant group: formula. Needs n >= 1.
    """

    positive_weight: float
    """lambda, the weight of correct responses; required, finite and >= 0."""


@dataclasses.dataclass(frozen=True)
class Opo(Method, name="opo"):
    """Length-weighted optimal baseline.

    OPO: A_i = r_i - Sum[j](L_j r_j) / Sum[j](L_j) with the response lengths L of the request, which it requires. arXiv
    2505.23585. A group whose valid lengths are all 0 has no baseline and is INVALID_ARGUMENT, unless its rewards are
    constant. Constant group: 0. Needs n >= 2.
    """


@dataclasses.dataclass(frozen=True)
class CustomTable(Method, name="custom_table"):
    """The caller's own tables.

    The caller's own table for each group size n: A+ and A- for every c. Any method on outcomes, without a new server.
    Constant group: as sent. A group whose valid n has no table is INVALID_ARGUMENT naming n.
    """

    tables: Iterable[Table | Mapping[str, Any]]
    """One table for each n that occurs among the groups; required."""

    def __post_init__(self) -> None:
        _method.freeze_tables(self, "tables")


@dataclasses.dataclass(frozen=True)
class Surrogate(Method, name="surrogate"):
    """The caller's own surrogate reward.

    The caller's own surrogate reward F: A_i = F'(rho) (r_i - rho) with F = formula + regularizer_coefficient *
    regularizer (2) and 0 for c = 0 and c = n. Formulas are in rho, rho_k = 1-(1-rho)^k, k and `constants`; the language
    is in docs/surrogates.md. rho stands for c/n and rho_k for the unbiased Pass@K (12), whose part of F' is 0 where it
    is 1 (n-c < k). F and F' must be finite for every 0 < c < n of each group size (for n > 4096: of the groups sent),
    and the formulas of a request are evaluated within a bound. Constant group: 0. Needs n >= 2, and n >= k with rho_k.
    """

    formula: str
    """F; required, at most 512 bytes."""

    k: int | None = None
    """k, the K of rho_k; >= 1. Required if the formulas contain rho_k or k, INVALID_ARGUMENT if they do not."""

    constants: Mapping[str, float] | Iterable[tuple[str, float]] | None = None
    """Finite values of the other names in the formulas, [a-z_][a-z0-9_]* of at most 32 bytes; each must be used."""

    leave_one_out_factor: bool | None = None
    """Multiplies by n/(n-1), as RLOO does; default false."""

    regularizer: str | None = None
    """A formula that is added to F, times its coefficient; `std` and `entropy` are short for std(rho) and entropy(rho).
    """

    regularizer_coefficient: float | None = None
    """Weight of the regularizer; finite and >= 0. Required with a regularizer, INVALID_ARGUMENT without."""

    def __post_init__(self) -> None:
        _method.freeze_constants(self, "constants")
