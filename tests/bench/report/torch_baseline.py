"""max@K in PyTorch, as one would write it there. Run by the Python that has PyTorch, which need not be the report's:
answers each group size on a line of the input with rewards a second of CPU time, measured once, and says "ready" first."""

import sys
import time

import torch

K = 4  # as in rank_bench.cc
RESPONSES = 1 << 20


def max_at_k(groups):
    """The plain variant in reduced scale (core/methods/max_at_k.cc), for distinct rewards."""
    n = groups.shape[1]
    rewards, index = torch.sort(groups, dim=1)
    rewards = rewards.double()
    below = torch.arange(n, dtype=torch.float64)  # how many stand below each rank
    weight = torch.ones(n, dtype=torch.float64)
    for j in range(K - 1):
        weight = weight * ((below - j).clamp(min=0) / (n - 1 - j))
    above = rewards * weight * (K - 1) / below.clamp(min=1)
    above = above.flip(1).cumsum(1).flip(1) - above
    return torch.empty_like(rewards).scatter_(1, index, weight * rewards + above)


def main():
    torch.set_num_threads(1)
    print(f"ready: PyTorch {torch.__version__}", flush=True)
    for line in sys.stdin:
        n = int(line)
        groups = torch.rand(RESPONSES // n, n, generator=torch.Generator().manual_seed(1))
        begin = time.process_time()  # as Google Benchmark counts, and there is one thread
        max_at_k(groups)
        print(RESPONSES / (time.process_time() - begin), flush=True)


if __name__ == "__main__":
    main()
