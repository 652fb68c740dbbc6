"""max@K in PyTorch, as one would write it there, where PyTorch is."""

import time

from report import rows
from report.pairs import NotMeasured, alternate, compare
from report.programs import GoogleBenchmarks

K = 4  # as in rank_bench.cc
RESPONSES = 1 << 20


def max_at_k(torch, groups):
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


def torch_sort(settings, tell):
    try:
        import torch
    except ImportError:
        return {f"torch/{n}": NotMeasured("no PyTorch here") for n in rows.RANK_GROUPS}
    torch.set_num_threads(1)
    program = GoogleBenchmarks(settings.build, "rank", settings.kernel_seconds)
    results = {}
    for n in rows.RANK_GROUPS:
        tell(f"max_at_k beside torch.sort, groups of {n}")
        groups = torch.rand(RESPONSES // n, n, generator=torch.Generator().manual_seed(1))

        def baseline(groups=groups):
            begin = time.perf_counter()
            max_at_k(torch, groups)
            return RESPONSES / (time.perf_counter() - begin)

        name = f"max_at_k/{n}"
        results[f"torch/{n}"] = compare(*alternate(settings.rounds, baseline, lambda: program.measure(name)[name]))
    return results
