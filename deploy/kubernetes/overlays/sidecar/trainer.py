"""A trainer in small: a policy for each of sixteen prompts learns to prefer the right one of four answers.

It needs no model and no GPU, but does what a trainer does: sample a group of responses per prompt, score them, ask for
advantages, take a step of policy gradient. ADVANTAGED_TARGET says where to ask.
"""

import os

import advantaged
import numpy as np

PROMPTS, ANSWERS, RESPONSES, STEPS = 16, 4, 8, int(os.environ.get("STEPS", "50"))
RATE = 1.0


def main():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(PROMPTS, ANSWERS))
    right = rng.integers(ANSWERS, size=PROMPTS)
    with advantaged.Client() as client:
        for step in range(STEPS):
            policy = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            sampled = np.array([rng.choice(ANSWERS, size=RESPONSES, p=row) for row in policy])
            rewards = (sampled == right[:, None]).astype(np.float32)
            result = client.compute(rewards, method="pass_at_k_grpo", k=2, expected_group_size=RESPONSES)
            # d log p(answer) / d logits = one-hot - policy, weighted by the advantage.
            chosen = np.eye(ANSWERS)[sampled] - policy[:, None, :]
            logits += RATE * np.einsum("pr,pra->pa", result.advantages, chosen) / RESPONSES
            if step % 10 == 0 or step == STEPS - 1:
                print(f"step {step}: success rate {rewards.mean():.2f}, {result.summary['mixed_groups']} mixed groups", flush=True)


if __name__ == "__main__":
    main()
