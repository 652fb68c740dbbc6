"""Batches of tokens in both layouts, and what `advantaged.tokens` has to give for them: plain loops in float64, for the
tests of the client and, with torch, of the frameworks."""

import math

import numpy as np

LAYOUTS = ["rows", "flat"]


class Batch:
    """Responses of these lengths at random, some tokens of which are not in the loss; what is outside of it is NaN.

    `tokens[name]` is a list per response of a number per valid token.
    """

    def __init__(self, lengths=(5, 0, 7, 1, 3, 12), seed=0, share=0.8, masked=(3,)):
        rng = np.random.default_rng(seed)
        self.masks = [rng.random(length) < share for length in lengths]
        for row in masked:
            self.masks[row][:] = False
        self.tokens = {name: [draw(rng, int(mask.sum())) for mask in self.masks] for name, draw in (
            ("log_probs", lambda rng, n: -rng.exponential(1, n)),
            ("old_log_probs", lambda rng, n: -rng.exponential(1, n)),
            ("entropy", lambda rng, n: rng.exponential(0.5, n)), ("covariance", lambda rng, n: rng.normal(1, 3, n)))}
        self.advantages = rng.normal(size=len(lengths))

    def array(self, values, layout, dtype=np.float64):
        """A number per valid token, NaN elsewhere; of booleans False."""
        outside = np.nan if np.dtype(dtype).kind == "f" else 0
        rows = []
        for mask, row in zip(self.masks, values):
            rows.append(np.full(len(mask), outside, dtype))
            rows[-1][mask] = row
        if layout == "flat":
            return np.concatenate([*rows, np.full(2, outside, dtype)])  # and padding
        wide = np.full((len(rows), max(map(len, rows)) + 1), outside, dtype)
        for row, filled in zip(wide, rows):
            row[:len(filled)] = filled
        return wide

    def given(self, name, layout, dtype=np.float64):
        return self.array(self.tokens[name], layout, dtype)

    def where(self, layout):
        """The arguments that say which tokens there are."""
        mask = self.array([np.ones(int(mask.sum())) for mask in self.masks], layout, np.int64)
        if layout == "rows":
            return {"response_mask": mask}
        return {"response_mask": mask, "cu_seqlens": np.cumsum([0, *map(len, self.masks)])}

    def taken(self, array, layout):
        """The numbers of `array` at valid tokens, a list per response; those outside must be 0."""
        rows = np.split(array[:-2], np.cumsum([len(mask) for mask in self.masks])[:-1]) if layout == "flat" else (
            [row[:len(mask)] for row, mask in zip(array, self.masks)])
        found = [row[mask].tolist() for row, mask in zip(rows, self.masks)]
        assert np.count_nonzero(array) == sum(np.count_nonzero(row) for row in found)
        return found

    @property
    def count(self):
        return sum(int(mask.sum()) for mask in self.masks)


# Ordinary ones, and those with nothing or next to nothing in the loss.
BATCHES = {"mixed": Batch(), "all masked": Batch(masked=range(6)),
           "no tokens at all": Batch(lengths=(0, 0, 0), masked=()), "one token": Batch(lengths=(0, 1), share=1, masked=()),
           "large": Batch(lengths=(300, 0, 500, 77), seed=3, masked=())}


def flat(rows):
    return [value for row in rows for value in row]


def like(rows, values):
    """`values`, one after the other, in lists as `rows` are."""
    rest = iter(values)
    return [[next(rest) for _ in row] for row in rows]


def entropy_bonus(batch, alpha, kappa):
    return [[a + min(alpha * h, abs(a) / kappa) for h in row]
            for a, row in zip(batch.advantages, batch.tokens["entropy"])]


def top_entropy(batch, fraction):
    entropy = flat(batch.tokens["entropy"])
    threshold = np.quantile(entropy, 1 - fraction, method="linear") if entropy else math.inf
    return [[h >= threshold for h in row] for row in batch.tokens["entropy"]]


def covariance(batch):
    probs = batch.tokens["log_probs"]
    count = max(batch.count, 1)
    mean_a = math.fsum(a * len(row) for a, row in zip(batch.advantages, probs)) / count
    mean_l = math.fsum(flat(probs)) / count
    return [[(a - mean_a) * (log_prob - mean_l) for log_prob in row] for a, row in zip(batch.advantages, probs)]


def kl_cov(batch, fraction):
    cov = flat(batch.tokens["covariance"])
    count = max(1, math.floor(fraction * len(cov))) if cov else 0
    chosen = set(sorted(range(len(cov)), key=lambda i: (-cov[i], i))[:count])
    return like(batch.tokens["covariance"], [i in chosen for i in range(len(cov))])


def candidates(batch, low, high, clipped=None):
    return [[low < cov < high and not (clipped and clipped[i][j]) for j, cov in enumerate(row)]
            for i, row in enumerate(batch.tokens["covariance"])]


def weights(batch, kind, count=None, max_length=None):
    rows = batch.tokens["entropy"]
    responses = count or len(rows)
    return [[{"token_mean": lambda: 1 / (count or batch.count), "response_mean": lambda: 1 / (responses * len(row)),
              "fixed_length": lambda: 1 / (responses * max_length)}[kind]() for _ in row] for row in rows]


def per_token(batch, loss):
    """loss(log ratio, advantage) of each token."""
    pairs = zip(batch.advantages, batch.tokens["log_probs"], batch.tokens["old_log_probs"])
    return [[loss(new - old, a) for new, old in zip(row, olds)] for a, row, olds in pairs]


def min_clip(low, high):
    return lambda x, a: -min(math.exp(x) * a, min(max(math.exp(x), 1 - low), 1 + high) * a)


def total(values, by):
    return math.fsum(v * w for row, weighed in zip(values, by) for v, w in zip(row, weighed))
