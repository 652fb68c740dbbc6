"""Advantages of a correct and of a wrong response in a group of n with c correct ones, by definition, as rational
numbers, roots and logarithms in 300 digits. Numbers in parentheses are equations of arXiv 2510.23049v1."""

import functools
from fractions import Fraction
from math import comb

import mpmath

from exact import product, real, root
from surrogates import slope_of


def failure(n, c, k, correct):
    """f+ (correct) or f- (wrong) of (14): the chance that none of k-1 others is correct."""
    others = c - 1 if correct else c
    return Fraction(comb(n - 1 - others, k - 1), comb(n - 1, k - 1))


def pass_at_k(n, c, k):
    """Unbiased Pass@K (12)."""
    return 1 - Fraction(comb(n - c, k), comb(n, k))


def base_pair(base, n, c):
    """(A+, A-) of the methods that others scale."""
    rho = Fraction(c, n)
    if base == "reinforce":
        return 1, 0
    if c in (0, n):
        return 0, 0
    if base == "rloo":
        return Fraction(n, n - 1) * (1 - rho), -Fraction(n, n - 1) * rho
    if base == "dr_grpo":
        return 1 - rho, -rho
    return root((1 - rho) / rho), -root(rho / (1 - rho))


@functools.lru_cache(maxsize=None)
def noise_of_pass_at_k(n, c, k):
    """Variance of the unbiased Pass@K estimate under Binomial(n, rho) at rho = c/n."""
    rho = Fraction(c, n)
    mean = 1 - (1 - rho) ** k
    return sum(comb(n, j) * rho ** j * (1 - rho) ** (n - j) * (pass_at_k(n, j, k) - mean) ** 2 for j in range(n + 1))


def shaped_factor(n, c, k):
    """(20) over GRPO; 0 where sigma_K is 0."""
    rho, rho_k = Fraction(c, n), pass_at_k(n, c, k)
    if rho_k == 0 or rho_k == 1:
        return 0
    return root((1 - rho_k) / rho_k * rho / (1 - rho))


def power(number, exponent):
    """number^exponent with 0^0 = 1."""
    if exponent == 0:
        return 1
    return 0 if number == 0 else real(number) ** real(exponent)


def factors(name, p, n, c):
    """The base and the factors for correct and wrong responses, of a method of the form factor times base."""
    rho = Fraction(c, n)
    k = p.get("k")
    if name in ("pass_at_k_rloo", "pass_at_k_grpo"):
        times = k if p.get("keep_factor_k") else 1
        pair = [times * failure(n, c, k, correct) if (c > 0 if correct else c < n) else 0 for correct in (True, False)]
        return name.removeprefix("pass_at_k_"), *pair
    if name == "combined_direct":
        pair = [1 - rho + rho * failure(n, c, k, correct) if (c > 0 if correct else c < n) else 0
                for correct in (True, False)]
        return "grpo", *pair
    if name == "biased_pass_at_k":
        factor = (1 - rho) ** (k - 1) * (k if p.get("keep_factor_k") else 1)
        return p["base"], factor, factor
    if name == "focal":
        factor = power(1 - rho, p["gamma"])
        return p["base"], factor, factor
    if name == "pass_at_k_shaped":
        factor = shaped_factor(n, c, k)
    elif name == "combined_shaped":
        factor = real(rho) * real(shaped_factor(n, c, k)) + real(1 - rho)
    elif name == "skew_r":
        factor = 1 - rho
    elif name == "std_regularized":
        factor = real(1 + Fraction(p["std_coefficient"]) / 2 * (1 - 2 * rho))
    elif name == "entropy_regularized":
        entropy = 0 if c in (0, n) else real(root(rho * (1 - rho))) * mpmath.log(real((1 - rho) / rho))
        factor = 1 + real(p["entropy_coefficient"]) * entropy
    elif name == "pass_at_k_variance_stabilized":
        # F' sqrt(rho (1-rho)) over GRPO, so that K = 1 is GRPO on real rewards, too.
        slope = 0 if c in (0, n) else real(k * (1 - rho) ** (k - 1)) / root(n * noise_of_pass_at_k(n, c, k))
        factor = product(slope, root(rho * (1 - rho)))
    elif name == "surrogate":
        factor = 0 if c in (0, n) else slope_of(p, rho, pass_at_k(n, c, k) if "rho_k" in p["formula"] else None)
        factor = product(factor, Fraction(n, n - 1) if p.get("leave_one_out_factor") else 1)
        return "dr_grpo", factor, factor
    else:
        raise KeyError(name)
    return "grpo", factor, factor


def max_at_k_pair(p, n, c):
    """On rewards of 0 and 1: (35), less what the variant subtracts."""
    k = p["k"]
    scales = {"SCALE_REDUCED": 1, "SCALE_UNBIASED": k, "SCALE_PUBLISHED": Fraction(k, n)}
    scale = scales[p.get("scale", "SCALE_REDUCED")]
    variant = p.get("variant", "VARIANT_PLAIN")
    if variant == "VARIANT_LEAVE_ONE_OUT_MINUS_ONE":
        return scale * failure(n, c, k, True) if c else 0, 0
    correct, wrong = 1, 1 - failure(n, c, k, False) if c < n else 0
    if variant == "VARIANT_LEAVE_ONE_OUT":
        others = Fraction(n, n - 1)
        correct = correct - others * pass_at_k(n - 1, c - 1, k) if c else 0
        wrong = wrong - others * pass_at_k(n - 1, c, k) if c < n else 0
        if 0 < c < n:  # a difference
            return real(scale * correct), real(scale * wrong)
    return scale * correct, scale * wrong


def pair(name, p, n, c):
    """(A+, A-) of a method on outcomes, or of one on rewards whose rewards are all 0 or 1."""
    rho = Fraction(c, n)
    k = p.get("k")
    if name in ("reinforce", "rloo", "dr_grpo"):
        return base_pair(name, n, c)
    if name == "grpo":
        if c in (0, n):
            return 0, 0
        sd = root(rho * (1 - rho) * n / (n - p.get("ddof", 0))) + real(p.get("epsilon", 0))
        return real(1 - rho) / sd, -real(rho) / sd
    if name == "pass_at_k_reinforce":
        return (k if p.get("keep_factor_k") else 1) * failure(n, c, k, True) if c else 0, 0
    if name == "max_at_k":
        return max_at_k_pair(p, n, c)
    if name == "max_rl":
        return (0, 0) if c in (0, n) else ((1 - rho) / rho, -1)
    if name == "weighted_reinforce":
        return Fraction(p["positive_weight"]), -1
    if name == "custom_table":
        table = next(table for table in p["tables"] if table["n"] == n)
        return Fraction(table["advantage_correct"][c]), Fraction(table["advantage_wrong"][c])
    base, factor_correct, factor_wrong = factors(name, p, n, c)
    correct, wrong = base_pair(base, n, c)
    return product(factor_correct, correct), product(factor_wrong, wrong)
