"""A trainer's program that uses the whole surface, for typing_test.py: read by mypy, never run."""

from typing import Any, Mapping, Union

import advantaged
import numpy as np
import numpy.typing as npt
from advantaged import AsyncClient, Client, ClientOptions, LocalBackend, Result, Tls, errors, methods, shards, stages
from advantaged.result import Warning
from advantaged.v1 import catalog_pb2, describe_pb2
from typing_extensions import assert_type

Floats = npt.NDArray[np.float64]


def compute(client: Union[Client, LocalBackend], rewards: npt.NDArray[np.float32]) -> Result:
    client.compute([[1, 0], [0, 1]], method="grpo")
    client.compute(rewards, groups=16, method="pass_at_k_grpo", k=4, keep_factor_k=True, pass_at=[1, 4])
    client.compute(rewards, groups=16, method="pass_at_k_grpo", k="8 -> 1 over 200", success_threshold="0@0 1@9", step=3)
    client.compute(rewards, groups=["a", "b"], method=methods.MaxAtK(k=2, variant="plain", scale="reduced"))
    client.compute(rewards, group_sizes=[3, 5], method="biased_pass_at_k", k=2, base="rloo", statistics=False)
    client.compute(rewards, group_ids=(1, 2), method=methods.Surrogate("rho^a", constants={"a": 0.5}), missing="mask",
                   valid=rewards > 0, outcomes=rewards > 0, lengths=[3, 4], trajectory_ids=["x", "y"],
                   trajectory_reward="sum", small_group="clamp_k", declared_small_group="zero", expected_group_size=2, success_threshold=0.5,
                   shape_rewards=True, zero_unless_mixed=True, constant_tolerance=1e-6, required_numerics_version=2,
                   run="sft-1", observe=False, out_dtype=np.float64, deadline=2.5)
    client.compute(rewards, groups=4, method="custom_table", tables=[methods.Table(1, (0, 1), (0, 1))])
    chain = [stages.Center("tokens"), stages.Scale(spread="rewards", ddof=1, epsilon=1e-8), stages.Clip(high=2.0)]
    part = client.compute(rewards, groups=4, method="grpo", stages=chain, moments_only=True, allow_recentering=True)
    moments = [mine.merge(other) for mine, other in zip(part.batch_moments, part.batch_moments)]
    assert_type(moments, list[stages.Moments])
    client.compute_tokens(np.zeros((2, 3)), np.ones((2, 3)), groups=2, method="rloo", reward_mask=rewards,
                          empty_responses="drop")
    return client.compute(rewards, groups=4, method="grpo", ddof=1, epsilon=1e-6, stages=chain, batch_moments=moments)


def look_at(result: Result) -> None:
    assert_type(result.advantages, Any)  # whatever the rewards are
    assert_type(result.backend, str)
    assert_type(result.fallbacks, int)
    assert_type(result.empty_responses, int)
    assert_type(result.scheduled, Mapping[str, float])
    assert_type(result.stats, advantaged.GroupStatistics)
    assert_type(result.stats.success_rate, Floats)
    assert_type(result.stats.n, npt.NDArray[np.uint32])
    assert_type(result.stats.pass_at[4], Floats)
    assert_type(result.stats.outcome_names, list[str])
    assert_type(result.summary, dict[str, float])
    assert_type(result.method, Union[methods.Method, None])
    assert_type(result.numerics_version, int)
    assert_type(result.batch_moments, tuple[stages.Moments, ...])
    assert_type(result.warnings, tuple[Warning, ...])
    assert_type(result.warnings[0].code, str)
    assert_type(result.timings, dict[str, float])


def connect() -> Client:
    Client()
    tls = Tls(root_certificates=b"", private_key=b"", certificate_chain=b"", server_name="a.example")
    with Client("a:1", deadline=5, wait_for_ready=False, fallback="local", tls=tls, max_attempts=3) as client:
        assert_type(client, Client)
        assert_type(client.target, Union[str, None])
        assert_type(client.options, ClientOptions)
        assert_type(client.fallbacks, int)
        assert_type(client.server_info(), catalog_pb2.GetServerInfoResponse)
        assert_type(client.methods(), list[dict[str, Any]])
        assert_type(client.describe("grpo", methods.PassAtKGrpo(k=4), n=8), list[dict[str, Any]])
        assert_type(client.list_methods(), catalog_pb2.ListMethodsResponse)
        request = describe_pb2.DescribeMethodRequest()
        assert_type(client.describe_method(request), describe_pb2.DescribeMethodResponse)
    return client


def in_shards(client: Client, rewards: Any) -> Mapping[str, float]:
    pieces = shards.cut(rewards, 1 << 20, groups=4, lengths=[1])
    assert_type(pieces, list[shards.Shard])
    results = [client.compute(piece.rewards, **piece.arguments, method="grpo") for piece in pieces]
    assert_type(shards.merge_moments(results), tuple[stages.Moments, ...])
    return shards.merge_summaries(results)


def catch(client: Client, rewards: Any) -> str:
    try:
        client.compute(rewards, groups=4, method="grpo")
    except advantaged.InvalidArgument as error:
        for field, description in error.violations:
            assert_type(field, str)
            assert_type(description, str)
    except errors.Refused as error:
        assert_type(error.retry_delay, Union[float, None])
    except (errors.TooLarge, errors.DeadlineExceeded, errors.Unavailable, errors.FailedPrecondition) as error:
        return error.code
    except errors.UnknownFields as error:
        assert_type(error.server_version, str)
        for message, number in error.fields:
            assert_type(message, str)
            assert_type(number, int)
    except errors.UnexpectedStatus as error:
        return error.message
    return ""


def by_settings(client: LocalBackend, rewards: Any, name: methods.MethodName) -> Result:
    settings: advantaged.Arguments = {"method": name, "k": 4, "groups": 16, "small_group": "raw"}
    return client.compute(rewards, **settings)


async def compute_async(rewards: Any) -> None:
    async with AsyncClient("unix:/run/a.sock") as client:
        assert_type(client, AsyncClient)
        assert_type(await client.compute(rewards, groups=16, method="pass_at_k_grpo", k=4), Result)
        assert_type(await client.compute_tokens(rewards, rewards, groups=16, method="grpo", deadline=1), Result)


def wrong(client: Client, rewards: Any) -> None:
    """Each of these is an error that mypy must find, of the kind that stands beside it."""
    client.compute(rewards, group=16, method="grpo")  # expect: call-arg
    client.compute(rewards, groups=16, method=4)  # expect: arg-type
    client.compute(rewards, groups=16, method="pass_at_k_grpo", k=[4])  # expect: arg-type
    client.compute(rewards, groups=16, method="grpo", small_group="keep")  # expect: arg-type
    client.compute(rewards, groups=16, method="grpo", missing="drop")  # expect: arg-type
    client.compute(rewards, groups=16, method="grpo", stages=["center"])  # expect: list-item
    client.compute(rewards, groups=16)  # expect: call-arg
    client.compute(rewards, groups=16, method="gropo")  # expect: arg-type
    client.compute(rewards, groups=16, method="focal", gamma=1, base="opo")  # expect: arg-type
    client.describe("gropo")  # expect: arg-type
    client.compute(rewards, 16, method="grpo")  # expect: call-arg
    client.compute_tokens(rewards, groups=16, method="grpo")  # expect: call-arg
    methods.PassAtKGrpo()  # expect: call-arg
    methods.MaxAtK(k=4, variant="other")  # expect: arg-type
    methods.Grpo().ddof = 1  # expect: misc
    stages.Center("rows")  # expect: arg-type
    Client("a:1", fallback="remote")  # expect: arg-type
