"""A server says everything in other words: the caller's ids stand in its errors all the same."""

import asyncio

import advantaged
import pytest
from other_words import OTHER, OtherWords


@pytest.fixture(params=["Client", "AsyncClient"])
def compute(request, server):
    """compute() of a client of such a server."""
    with server.stub() as stub:
        other = OtherWords(stub)

        def one(*args, **kwargs):
            if request.param == "Client":
                with advantaged.Client(other.address) as client:
                    return client.compute(*args, **kwargs)

            async def run():
                async with advantaged.AsyncClient(other.address) as client:
                    return await client.compute(*args, **kwargs)

            return asyncio.run(run())

        yield one
        other.stop()


def test_groups_and_trajectories_have_the_callers_ids(compute):
    with pytest.raises(advantaged.InvalidArgument) as caught:
        compute([1, 0, 1, 1], groups=["p-1", "p-1", "p-2", "p-2"], method="rloo", trajectory_ids=["x", "y", "y", "z"])
    violation, = caught.value.violations
    assert violation.field == "trajectory_ids[2]"
    assert violation.description == (
        f"{OTHER}trajectory 'y'{OTHER}group 1 (id 'p-2'){OTHER}Zeile Nr. 1001{OTHER}trajectory 'y'{OTHER}"
        f"group 0 (id 'p-1'){OTHER}")
    assert [one.label for one in violation.mentions] == ["y", "p-2", None, "y", "p-1"]


def test_warnings_have_their_numbers(compute):
    result = compute([1, 0, 1, 0, 1], groups=[2, 2, 1], method="rloo", declared_small_group="zero")
    warning, = result.warnings
    assert warning == ("incomplete_groups", OTHER) and (warning.groups, warning.limit) == (1, 2)
