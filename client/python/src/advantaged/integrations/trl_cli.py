r"""`trl grpo` and `trl rloo` with the advantages of `advantaged`, and no line of code. Add one reward function:

    ADVANTAGED_METHOD="pass_at_k_grpo k=4" \
        trl grpo ... --reward_funcs accuracy_reward advantaged.integrations.trl_cli.adopt

TRL imports this module before it makes the trainer, and gets an `AdvantagedGRPOTrainer`. `adopt` itself scores nothing:
it is taken out of the reward functions, so that `--reward_weights` and the logs know only the others.
"""

from __future__ import annotations

from typing import Any

from trl import GRPOTrainer, RLOOTrainer

from advantaged.integrations.trl import AdvantagedTrainer


def adopt(**_: Any) -> list[float]:
    """A name for --reward_funcs."""
    raise RuntimeError("advantaged.integrations.trl_cli.adopt is no reward function: name it in --reward_funcs of the "
                       "commands `trl grpo` and `trl rloo`, beside a reward function")


class _Adopted(AdvantagedTrainer):
    def __init__(self, *args: Any, reward_funcs: Any = None, **kwargs: Any) -> None:
        if isinstance(reward_funcs, list):
            reward_funcs = [function for function in reward_funcs if function is not adopt]
            if not reward_funcs:
                raise ValueError(f"--reward_funcs: only {__name__}.adopt, which scores nothing; add a reward function")
        super().__init__(*args, reward_funcs=reward_funcs, **kwargs)


class _AdoptedGRPOTrainer(_Adopted, GRPOTrainer):  # type: ignore[misc]
    pass


class _AdoptedRLOOTrainer(_Adopted, RLOOTrainer):  # type: ignore[misc]
    pass


def _make_instead(trainer: Any, adopted: type) -> None:
    """The command holds the class `trainer` by the time it imports this; so that class has to make the other."""
    def new(cls: type, *_: Any, **__: Any) -> Any:
        return object.__new__(adopted if cls is trainer else cls)

    trainer.__new__ = new


_make_instead(GRPOTrainer, _AdoptedGRPOTrainer)
_make_instead(RLOOTrainer, _AdoptedRLOOTrainer)
