"""Advantages of methods on real rewards, by definition, in 300 digits. Rewards and lengths are those of the valid
responses of one group."""

from fractions import Fraction
from math import comb

from exact import product, real, root


def centred(rewards):
    """n r_i - Sum(r): exact, so that it is 0 where r_i is the mean."""
    total = sum(map(real, rewards))
    return [len(rewards) * real(reward) - total for reward in rewards]


def constant(rewards, tolerance):
    """In double, as the contract says: two decimals that differ by the tolerance may each be half a unit off."""
    most, least = max(rewards), min(rewards)
    return most - least <= (tolerance + 2.0 ** -24 * (abs(most) + abs(least)) if tolerance > 0 else 0)


def standard_deviation(rewards, ddof=0):
    n = len(rewards)
    squares = sum(map(lambda deviation: deviation ** 2, centred(rewards)))
    return root(squares / (n * n * (n - ddof)))


def base_rewards(base, rewards, tolerance):
    """Advantages of the methods that others scale, default parameters."""
    n = len(rewards)
    if base == "reinforce":
        return [real(reward) if reward else 0 for reward in rewards]
    if constant(rewards, tolerance):
        return [0] * n
    deviations = centred(rewards)
    if base == "rloo":
        return [deviation / (n - 1) for deviation in deviations]
    if base == "dr_grpo":
        return [deviation / n for deviation in deviations]
    sd = standard_deviation(rewards)
    return [deviation / n / sd for deviation in deviations]


def of_rewards(name, p, rewards, lengths, tolerance):
    """One exact value per response."""
    n = len(rewards)
    if name == "max_at_k":
        return max_at_k(p, rewards)
    if name in ("reinforce", "rloo", "dr_grpo"):
        return base_rewards(name, rewards, tolerance)
    if constant(rewards, tolerance):
        return [0] * n
    if name == "grpo":
        sd = standard_deviation(rewards, p.get("ddof", 0)) + real(p.get("epsilon", 0))
        return [deviation / n / sd for deviation in centred(rewards)]
    total = sum(map(real, rewards))
    if name == "max_rl":
        return [deviation / total for deviation in centred(rewards)] if total > 0 else [0] * n
    assert name == "opo", name
    tokens = sum(lengths)
    weighted = sum(length * real(reward) for length, reward in zip(lengths, rewards))
    return [(tokens * real(reward) - weighted) / tokens for reward in rewards]


def subsets_through(ascending, k, i):
    """Sum over the subsets of k that hold rank i (from 0) of their maximum; a rational 0 where all of them are 0."""
    counts = {i: comb(i, k - 1)}
    for m in range(i + 1, len(ascending)):
        counts[m] = comb(m - 1, k - 2) if k >= 2 else 0
    return sum(count * ascending[m] for m, count in counts.items() if count and ascending[m])


def mean_of_maxima(ascending, k):
    """max@k: the mean over all subsets of k of their maximum."""
    return sum(comb(m, k - 1) * value for m, value in enumerate(ascending)) / comb(len(ascending), k)


def max_at_k(p, rewards):
    n, k = len(rewards), p["k"]
    scale = {"SCALE_REDUCED": Fraction(n, k), "SCALE_UNBIASED": n, "SCALE_PUBLISHED": 1}[
        p.get("scale", "SCALE_REDUCED")]
    variant = p.get("variant", "VARIANT_PLAIN")
    order = sorted(range(n), key=lambda i: rewards[i])
    ascending = [real(rewards[i]) for i in order]
    result = [None] * n
    for rank, i in enumerate(order):
        value = product(subsets_through(ascending, k, rank), Fraction(1, comb(n, k)))
        others = ascending[:rank] + ascending[rank + 1:]
        if variant == "VARIANT_LEAVE_ONE_OUT":
            value = real(value) - real(Fraction(k, n - 1)) * mean_of_maxima(others, k)
        elif variant == "VARIANT_LEAVE_ONE_OUT_MINUS_ONE" and k > 1:
            # Never negative, and 0 for the smallest k-1 and what equals them.
            positive = rank >= k - 1 and ascending[rank] > ascending[k - 2]
            value = real(value) - real(Fraction(k, n)) * mean_of_maxima(others, k - 1) if positive else 0
        result[i] = product(value, real(scale))
    return result
