"""A training loop by hand, whole and tiny: Pass@K advantages inside the min-clip (PPO) loss.

    python min_clip.py [METHOD [KEY=VALUE ...]]        e.g. pass_at_k_grpo k=4

A policy chooses one of eight answers to each of 32 prompts; one of them is right. Prints the success rate and Pass@4 as
it learns. Needs torch; ADVANTAGED_TARGET names a server, without it the core computes in-process.
"""

import sys

import torch

import advantaged
from advantaged.integrations.loops import min_clip_loss
from advantaged.integrations.spec import Spec

PROMPTS, ANSWERS, GROUP, STEPS, EPOCHS = 32, 8, 16, 60, 2


def main():
    spec = Spec.parse(" ".join(sys.argv[1:]) or "pass_at_k_grpo k='4 -> 1 over 40'", where="METHOD")
    client = advantaged.Client()
    torch.manual_seed(0)
    logits = torch.zeros(PROMPTS, ANSWERS, requires_grad=True)
    right = torch.randint(ANSWERS, (PROMPTS,))
    optimizer = torch.optim.SGD([logits], lr=20)
    prompts = torch.arange(PROMPTS).repeat_interleave(GROUP)
    for step in range(STEPS):
        with torch.no_grad():
            policy = torch.distributions.Categorical(logits=logits[prompts])
            answers = policy.sample()
            old = policy.log_prob(answers)[:, None]
        rewards = (answers == right[prompts]).float()
        result = client.compute(rewards, groups=prompts, expected_group_size=GROUP, pass_at=[4], **spec.at(step))
        for _ in range(EPOCHS):
            new = torch.distributions.Categorical(logits=logits[prompts]).log_prob(answers)[:, None]
            loss = min_clip_loss(new, old, result.advantages, torch.ones_like(new))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if step % 10 == 0 or step == STEPS - 1:
            summary = result.summary
            print(f"step {step:3d}  success {summary['mean_success_rate']:.3f}  Pass@4 {summary['pass_at_4']:.3f}  "
                  f"without signal {summary['no_signal_share']:.2f}", *spec.scheduled(step).items())


if __name__ == "__main__":
    main()
