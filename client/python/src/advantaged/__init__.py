"""Exact advantages of reward groups, by a server or in-process.

    import advantaged

    client = advantaged.Client("127.0.0.1:50051")     # or Client(): ADVANTAGED_TARGET, else in-process
    result = client.compute(rewards, groups=16, method="pass_at_k_grpo", k=4)
    result.advantages                                 # as the rewards came: NumPy, torch, list
    result.summary                                    # a flat dict for the training log
    result.stats.success_rate                         # arrays with an entry per group

The same group gives the same float32 bits whichever way it is computed.
"""

from advantaged import baselines, errors, line, methods, shaping, shards, stages, tokens
from advantaged._arguments import Arguments
from advantaged.aio import AsyncClient
from advantaged.client import Client
from advantaged.errors import AdvantagedError, InvalidArgument
from advantaged.local import LocalBackend
from advantaged.options import ClientOptions, Tls
from advantaged.result import GroupStatistics, Result

__version__ = "0.1.0"
__all__ = ["AdvantagedError", "Arguments", "AsyncClient", "Client", "ClientOptions", "GroupStatistics",
           "InvalidArgument", "LocalBackend", "Result", "Tls", "baselines", "errors", "line", "methods", "shaping",
           "shards", "stages", "tokens"]
