"""Stages over the whole batch, exactly, on the float32 advantages of the method."""

import mpmath

from exact import nearest_float32, product, real


def moments(values, weights):
    """Sum of weights, mean, centred squares."""
    total = sum(weights)
    mean = sum(weight * value for weight, value in zip(weights, values)) / total
    return total, mean, sum(weight * (value - mean) ** 2 for weight, value in zip(weights, values))


def condition(values, squares, total):
    """1 + max|x| / sd, by which rounding in moments is amplified."""
    return 1 + max(map(abs, values)) / mpmath.sqrt(squares / total) if squares else 1


def staged(stages, advantages, rewards, lengths):
    """The float32 advantages after the stages; raises Ambiguous."""
    values = [real(advantage) if advantage else 0 for advantage in advantages]
    rewards = [real(reward) for reward in rewards]
    error = mpmath.mpf(0)
    for stage in stages:
        (kind, options), = stage.items()
        if kind == "clip":
            low, high = options.get("low", "-inf"), options.get("high", "inf")
            values = [min(max(value, mpmath.mpf(low)), mpmath.mpf(high)) for value in values]
            continue
        tokens = options.get("weighting") == "WEIGHTING_TOKENS"
        weights = lengths if tokens else [1] * len(values)
        of = rewards if options.get("spread") == "SPREAD_REWARDS" else values
        total, mean, squares = moments(of, weights)
        # R kappa (2^-40 + S 2^-50) of docs/numerics.md, for up to 16 parts: clients may cut the batch.
        error += condition(of, squares, total) * (mpmath.mpf(2) ** -40 + 16 * mpmath.mpf(2) ** -50)
        if kind == "center":
            values = [value - mean for value in values]
            continue
        epsilon = real(options.get("epsilon", 0))
        variance = squares / (total - options.get("ddof", 0))
        divisor = mpmath.sqrt(variance + epsilon) if options.get("epsilon_inside_root") else (
            mpmath.sqrt(variance) + epsilon)
        values = [product(value, 1 / divisor) if squares else 0 for value in values]
    allowance = error * max(map(abs, values))
    return [nearest_float32(value, allowance) for value in values]
