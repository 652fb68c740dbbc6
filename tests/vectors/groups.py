"""What one group of a request is and gets, exactly."""

import dataclasses

from draw_methods import ON_REWARDS, WITHOUT_BASELINE
from exact import REWARD_ALLOWANCE, as_float32, nearest_float32, product, real
from outcome_methods import factors, pair, pass_at_k
from reward_methods import base_rewards, constant, of_rewards, standard_deviation


@dataclasses.dataclass
class Group:
    """One group: entry i of the lists belongs to valid response i."""

    responses: list
    outcomes: list | None  # None: unknown
    small: bool  # masking left too few for the method
    incomplete: bool  # it declares too few
    advantages: list = dataclasses.field(default_factory=list)  # float32

    @property
    def n(self):
        return len(self.responses)

    @property
    def c(self):
        return sum(self.outcomes) if self.outcomes is not None else 0

    @property
    def rewards(self):
        return [response.reward for response in self.responses]

    def constant(self, tolerance):
        return constant(self.rewards, tolerance)

    def kind(self, tolerance):
        """The GroupOutcome of the proto."""
        if self.n == 0:
            return "EMPTY"
        if self.outcomes is None:
            return "CONSTANT" if self.constant(tolerance) else "VARIED"
        return "ALL_FAIL" if self.c == 0 else "ALL_PASS" if self.c == self.n else "MIXED"

    @property
    def suspicious(self):
        spread = max(self.rewards) - min(self.rewards)
        return 0 < spread < 1e-5 * max(map(abs, self.rewards))

    def statistics(self, pass_at):
        """Columns of GroupStatistics; None where the service says NaN."""
        known = self.outcomes is not None and self.n > 0
        rate = self.c / self.n if known else None
        return {"n": self.n, "c": self.c if known else 0, "success_rate": rate,
                "mean": float(sum(map(real, self.rewards)) / self.n) if self.n else None,
                "sd": float(standard_deviation(self.rewards)) if self.n else None,
                "pass_at_k": [float(pass_at_k(self.n, self.c, k)) if known and k <= self.n else None
                              for k in pass_at]}


def smallest_size(name, p):
    """Fewest responses that the method works on."""
    # K may exceed n in (1-rho)^(K-1), and a surrogate reward that has no rho_k takes any.
    any_k = name == "biased_pass_at_k" or (name == "surrogate" and "rho_k" not in p["formula"])
    k = 1 if any_k else p.get("k", 1)
    if name == "max_at_k" and p.get("variant") == "VARIANT_LEAVE_ONE_OUT":
        return k + 1
    return max(1 if name in WITHOUT_BASELINE or p.get("base") == "reinforce" else 2, k)


def outcomes_of(request, responses):
    if "outcomes" in request:
        return [response.outcome for response in responses]
    if "success_threshold" in request:
        threshold = as_float32(request["success_threshold"])
        return [response.reward >= threshold for response in responses]
    if all(response.reward in (0, 1) for response in responses):
        return [response.reward == 1 for response in responses]
    return None


def zero_if_constant(name, p):
    return p["base"] != "reinforce" if "base" in p else name not in WITHOUT_BASELINE


def from_pair(name, p, which):
    """Of a table, and how far the promise lets it be off beside ULP_ALLOWANCE."""
    n, c = len(which), sum(which)
    correct, wrong = pair(name, p, n, c)
    allowance = 0
    if name == "entropy_regularized" and 0 < c < n:
        grpo = max(map(abs, pair("grpo", {}, n, c)))
        allowance = real(2) ** -50 * (1 + real(p["entropy_coefficient"])) * grpo
    elif name == "max_at_k" and p.get("variant") == "VARIANT_LEAVE_ONE_OUT":
        allowance = REWARD_ALLOWANCE * max(abs(real(correct)), abs(real(wrong)))
    elif name == "surrogate":
        # The slopes of formula and regularizer are about 1, and their sum may be nothing.
        allowance = REWARD_ALLOWANCE * max(abs(real(correct)), abs(real(wrong)), 1)
    return [correct if one else wrong for one in which], allowance


def works(group, name, p):
    """Whether the method can do with so many responses; that a complete group has a table is the caller's business."""
    if group.incomplete and name == "custom_table":
        return any(table["n"] == group.n for table in p["tables"])
    return group.n >= smallest_size(name, p)


def exact_advantages(request, group, name, p):
    """One exact value per valid response, and the allowance."""
    tolerance = request.get("constant_tolerance", 0)
    rewards = group.rewards
    binary = all(reward in (0, 1) for reward in rewards)
    on_rewards = name in ON_REWARDS
    if request.get("zero_unless_mixed") and group.kind(tolerance) != "MIXED":
        return [0] * group.n, 0
    if not works(group, name, p):
        lowered = p
        policy = request.get("small_group" if group.small else "declared_small_group")
        if policy == "SMALL_GROUP_POLICY_RAW":
            return [real(value) if value else 0 for value in (rewards if on_rewards else group.outcomes)], 0
        if policy == "SMALL_GROUP_POLICY_CLAMP_K" and "k" in p:
            lowered = {**p, "k": p["k"] - (smallest_size(name, p) - group.n)}
        if lowered is p or lowered["k"] < 1 or smallest_size(name, lowered) > group.n:
            return [0] * group.n, 0
        p = lowered
    if on_rewards:
        if zero_if_constant(name, p) and group.constant(tolerance):
            return [0] * group.n, 0
        if binary and name != "opo":
            return from_pair(name, p, [reward == 1 for reward in rewards])
        values = of_rewards(name, p, rewards, [response.length for response in group.responses], tolerance)
    elif request.get("shape_rewards"):
        base, correct, wrong = factors(name, p, group.n, group.c)
        values = [product(correct if outcome else wrong, value)
                  for outcome, value in zip(group.outcomes, base_rewards(base, rewards, tolerance))]
    else:
        return from_pair(name, p, group.outcomes)
    return values, 0 if name == "reinforce" else REWARD_ALLOWANCE * max(abs(real(value)) for value in values)


def group_result(request, responses, name, p):
    """The group with its float32 advantages; raises Ambiguous."""
    declared = len(responses)
    responses = [response for response in responses if response.valid]
    smallest = smallest_size(name, p)
    group = Group(responses, outcomes_of(request, responses), small=0 < len(responses) < smallest <= declared,
                  incomplete=len(responses) > 0 and declared < max(smallest, request.get("expected_group_size", 0)))
    if group.n:
        values, allowance = exact_advantages(request, group, name, p)
        known = {}
        for value in values:
            if value not in known:
                known[value] = nearest_float32(value, allowance)
        group.advantages = [known[value] for value in values]
    return group
