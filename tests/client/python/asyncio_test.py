"""What only an event loop can show: calls that wait leave it to the others, and can be cancelled."""

import asyncio
import contextlib

import advantaged
import grpc
import pytest
from fake_server import Failure, serving

REWARDS = [0.5, 0.25, 3.0, 1.0]  # Fake answers them
FULL = Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=30_000)
PATIENCE = 60  # seconds until something that must happen counts as missing


@contextlib.asynccontextmanager
async def waiting_call(fake, client):
    """A call that a full server refused, and that waits for half a minute; cancelled in the end."""
    fake.failures = [FULL]
    call = asyncio.ensure_future(client.compute(REWARDS, groups=2, method="rloo"))
    while not fake.attempts:
        await asyncio.sleep(0.001)
    yield call
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call


async def ask(client):
    found = await client.compute(REWARDS, groups=2, method="rloo")
    assert found.advantages == REWARDS


def run(work):
    """work(fake, client), to its end."""
    async def main():
        with serving() as fake:
            async with advantaged.AsyncClient(fake.address) as client:
                await asyncio.wait_for(work(fake, client), PATIENCE)

    asyncio.run(main())


def test_a_call_that_was_refused_does_not_hold_up_others():
    async def work(fake, client):
        async with waiting_call(fake, client) as call:
            await asyncio.gather(*(ask(client) for _ in range(50)))
            assert not call.done()
            assert len(fake.attempts) == 51

    run(work)


def test_a_call_that_waits_can_be_cancelled():
    """It does not come back later, and the client is well."""
    async def work(fake, client):
        async with waiting_call(fake, client) as call:
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await ask(client)
            assert len(fake.attempts) == 2

    run(work)


def test_a_call_that_waits_for_a_server_can_be_cancelled():
    async def work(fake, client):
        fake.server.stop(None).wait()
        call = asyncio.ensure_future(client.compute(REWARDS, groups=2, method="rloo", deadline=PATIENCE))
        done, _ = await asyncio.wait([call], timeout=0.1)
        assert not done
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    run(work)


def test_a_timeout_of_the_caller_s_own():
    async def work(fake, client):
        fake.failures = [FULL]
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.compute(REWARDS, groups=2, method="rloo"), 0.1)
        await ask(client)

    run(work)


def test_a_call_that_fails_leaves_the_others_well():
    async def work(fake, client):
        fake.failures = [Failure(grpc.StatusCode.INTERNAL)]
        results = await asyncio.gather(*(ask(client) for _ in range(20)), return_exceptions=True)
        failed = [one for one in results if one is not None]
        assert [type(one) for one in failed] == [advantaged.errors.UnexpectedStatus]

    run(work)
