"""The functions that go by a method's name in the wild, to say which of them a trainer computes.

Each is a call of ours with other settings; where its leak is what tells it apart, the leak itself is a finding.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from advantaged import stages


class Variant(NamedTuple):
    """A definition, and who has it."""

    name: str
    settings: dict[str, Any]


_WHITENED = [stages.Center(), stages.Scale(ddof=1, epsilon=1e-8)]
# Token-weighted: each response counts as many tokens as it has in the loss.
_WHITENED_VERL = [stages.Center(weighting="tokens"),
                  stages.Scale(weighting="tokens", ddof=1, epsilon=1e-8, epsilon_inside_root=True)]
_WHITENED_OPENRLHF = [stages.Center(weighting="tokens"), stages.Scale(weighting="tokens")]
_BY_REWARDS = [stages.Scale(spread="rewards", ddof=1, epsilon=1e-4)]
_VERL = {"method": "grpo", "ddof": 1, "epsilon": 1e-6}

VARIANTS = (
    Variant("grpo (the paper: ddof 0)", {"method": "grpo"}),
    Variant("grpo with ddof 1, epsilon 1e-6 (verl, slime, SkyRL)", _VERL),
    Variant("grpo with ddof 1, epsilon 1e-4 (TRL)", {"method": "grpo", "ddof": 1, "epsilon": 1e-4}),
    Variant("grpo with ddof 1, epsilon 1e-5 (AReaL)", {"method": "grpo", "ddof": 1, "epsilon": 1e-5}),
    Variant("grpo with ddof 1, epsilon 1e-9 (OpenRLHF group_norm)", {"method": "grpo", "ddof": 1, "epsilon": 1e-9}),
    Variant("grpo with ddof 0, epsilon 1e-8 (TRL's asynchronous trainer)", {"method": "grpo", "epsilon": 1e-8}),
    Variant("dr_grpo (mean only)", {"method": "dr_grpo"}),
    Variant("rloo (leave-one-out mean)", {"method": "rloo"}),
    Variant("opo (verl)", {"method": "opo"}),
    Variant("max_rl", {"method": "max_rl"}),
    Variant("reinforce (the rewards)", {"method": "reinforce"}),
    Variant("dr_grpo, scaled by the standard deviation of the batch's rewards (TRL with scale_rewards=\"batch\")",
            {"method": "dr_grpo", "stages": _BY_REWARDS}),
    Variant("dr_grpo, then whitened over the batch", {"method": "dr_grpo", "stages": _WHITENED}),
    Variant("grpo with ddof 1, epsilon 1e-6, then whitened over the batch", {**_VERL, "stages": _WHITENED}),
    Variant("dr_grpo, then whitened over tokens, ddof 1 (verl reinforce_plus_plus_baseline)",
            {"method": "dr_grpo", "stages": _WHITENED_VERL}),
    Variant("dr_grpo, then whitened over tokens, ddof 0 (OpenRLHF reinforce_baseline)",
            {"method": "dr_grpo", "stages": _WHITENED_OPENRLHF}),
    Variant("the rewards, whitened over tokens, ddof 1 (verl reinforce_plus_plus)",
            {"method": "reinforce", "stages": _WHITENED_VERL}),
    Variant("the rewards, whitened over tokens, ddof 0 (OpenRLHF reinforce)",
            {"method": "reinforce", "stages": _WHITENED_OPENRLHF}),
    Variant("rloo, then whitened over the batch (TRL with normalize_advantages)",
            {"method": "rloo", "stages": [stages.Center(), stages.Scale(ddof=1, epsilon=1e-4)]}),
)
