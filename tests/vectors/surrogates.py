"""Formulas for the method `surrogate` beside their derivatives, worked out by hand."""

import mpmath

from exact import real

# By text: F'(rho) from rho, rho_k, k and the constants. The part of rho_k is 0 where rho_k is 1.
SLOPES = {
    "rho": lambda rho, rho_k, k, a: 1,
    "log(rho)": lambda rho, rho_k, k, a: 1 / rho,
    "2*asin(sqrt(rho))": lambda rho, rho_k, k, a: 1 / mpmath.sqrt(rho * (1 - rho)),
    "(1-(1-rho)^k)/k": lambda rho, rho_k, k, a: (1 - rho) ** (k - 1),
    "rho_k/k": lambda rho, rho_k, k, a: (1 - rho_k) / (1 - rho),
    "(2/k)*asin(sqrt(rho_k))":
        lambda rho, rho_k, k, a: mpmath.sqrt((1 - rho_k) / rho_k) / (1 - rho),
    "incomplete_beta(rho, 0.5, k-0.5)":
        lambda rho, rho_k, k, a: (1 - rho) ** (k - mpmath.mpf(3) / 2) / mpmath.sqrt(rho),
    "a*rho + b*rho^2": lambda rho, rho_k, k, a: a["a"] + 2 * a["b"] * rho,
    "-exp(-a*rho)": lambda rho, rho_k, k, a: a["a"] * mpmath.exp(-a["a"] * rho),
    "log(1+a*rho) + sin(rho)": lambda rho, rho_k, k, a: a["a"] / (1 + a["a"] * rho) + mpmath.cos(rho),
    "pow(rho, 3/2)": lambda rho, rho_k, k, a: mpmath.mpf(3) / 2 * mpmath.sqrt(rho),
    "atan(k*rho)": lambda rho, rho_k, k, a: k / (1 + (k * rho) ** 2),
}
REGULARIZERS = {
    "std": lambda rho: (1 - 2 * rho) / (2 * mpmath.sqrt(rho * (1 - rho))),
    "entropy": lambda rho: mpmath.log((1 - rho) / rho),
    "rho*(1-rho)": lambda rho: 1 - 2 * rho,
}


def slope_of(p, rho, rho_k):
    """F'(rho) for 0 < rho < 1."""
    constants = {name: real(value) for name, value in p.get("constants", {}).items()}
    if "rho_k" in p["formula"] and rho_k == 1:
        slope = 0
    else:
        slope = SLOPES[p["formula"]](real(rho), None if rho_k is None else real(rho_k), p.get("k"), constants)
    if "regularizer" in p:
        slope = real(slope) + real(p["regularizer_coefficient"]) * REGULARIZERS[p["regularizer"]](real(rho))
    return slope
