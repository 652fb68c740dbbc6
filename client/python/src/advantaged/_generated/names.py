"""The names of the methods and of their choices.

Written by scripts/generate.py (`make generate`): edit what it reads.
"""

from typing import Literal

MethodName = Literal[
    "reinforce", "rloo", "grpo", "dr_grpo", "pass_at_k_reinforce", "pass_at_k_rloo", "pass_at_k_grpo",
    "pass_at_k_shaped", "pass_at_k_variance_stabilized", "combined_shaped", "combined_direct", "skew_r",
    "std_regularized", "entropy_regularized", "biased_pass_at_k", "focal", "max_at_k", "max_rl", "weighted_reinforce",
    "opo", "custom_table", "surrogate"]
Base = Literal[
    "reinforce", "rloo", "grpo", "dr_grpo"]
Variant = Literal[
    "plain", "leave_one_out", "leave_one_out_minus_one"]
Scale = Literal[
    "reduced", "unbiased", "published"]
