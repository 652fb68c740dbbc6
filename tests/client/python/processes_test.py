"""Clients in forked and spawned processes, in threads, and in event loops.

Each program runs in a process of its own: what a fork meets depends on all that happened before.
"""

import os
import subprocess
import sys
import textwrap

import pytest
from running_server import ENVIRONMENT, PATIENCE

START = """
import asyncio, multiprocessing, os, pickle, sys, threading, warnings
import numpy as np
import advantaged
TARGET = sys.argv[1]
REWARDS = np.random.default_rng(0).normal(size=4096).astype(np.float32)
REWARDS[:4] = 1, 0, 0, 1
def ask(client, seconds=30):
    found = client.compute(REWARDS, groups=2, method="rloo", deadline=seconds).advantages
    assert found[:4].tolist() == [1, -1, -1, 1] and len(found) == 4096
def in_child(do):
    '''Its exit code: 0 if do() returned.'''
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            do()
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


def run(server, program, target=None):
    """Runs it to the end; it prints nothing, and no exception ends it. (gRPC itself says where a fork was no good.)"""
    environment = {**ENVIRONMENT, "PYTHONPATH": os.environ["PYTHONPATH"]}
    done = subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c",
                           START + textwrap.dedent(program), target or server.grpc[0]],
                          env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE)
    said = [line for line in done.stderr.splitlines() if "fork_posix.cc" not in line]
    assert (done.returncode, done.stdout, said) == (0, "", [])


def test_a_forked_child_computes_and_so_does_its_parent(server):
    run(server, """
        client = advantaged.Client(TARGET)
        ask(client)
        for _ in range(3):
            assert in_child(lambda: ask(client)) == 0
            ask(client)
    """)


def test_a_grandchild_computes(server):
    run(server, """
        client = advantaged.Client(TARGET)
        ask(client)
        def child():
            ask(client)
            assert in_child(lambda: ask(client)) == 0
            ask(client)
        assert in_child(child) == 0
        ask(client)
    """)


def test_a_client_of_the_child_s_own(server):
    run(server, """
        client = advantaged.Client(TARGET)
        ask(client)
        def child():
            with advantaged.Client(TARGET) as own:
                ask(own)
            client.close()  # its own connection, not the parent's
            ask(client)
        assert in_child(child) == 0
        ask(client)
    """)


def test_a_client_that_was_not_used_before_the_fork(server):
    run(server, """
        client = advantaged.Client(TARGET)
        assert in_child(lambda: ask(client)) == 0
        ask(client)
        assert in_child(lambda: ask(client)) == 0
    """)


def test_asyncio_in_a_child(server):
    run(server, """
        client = advantaged.Client(TARGET)
        ask(client)
        async def work():
            async with advantaged.AsyncClient(TARGET) as own:
                assert (await own.compute([1, 0], groups=2, method="rloo")).advantages == [1, -1]
        assert in_child(lambda: asyncio.run(work())) == 0
        ask(client)
    """)


def test_a_fork_while_other_threads_call(server):
    """It waits for them, and they for it; all go on."""
    run(server, """
        client = advantaged.Client(TARGET)
        over = threading.Event()
        failures = []
        def work():
            try:
                while not over.is_set():
                    ask(client)
            except BaseException as error:
                failures.append(error)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        codes = [in_child(lambda: ask(client)) for _ in range(10)]
        over.set()
        for thread in threads:
            thread.join()
        assert codes == [0] * 10 and not failures, (codes, failures)
        ask(client)
    """)


def test_a_first_call_imports_nothing_outside_of_the_gate(server):
    """A fork by another thread would leave the child with an import that never ends. gRPC's own are within."""
    run(server, """
        client = advantaged.Client(TARGET)
        before = set(sys.modules)
        ask(client)
        client.compute([1, None], group_ids=["a", "a"], method="rloo", missing="mask", valid=[True, True]).summary
        assert [name for name in set(sys.modules) - before if not name.startswith("grpc.")] == []
    """)


def test_a_child_that_cannot_use_grpc_says_so_and_falls_back(server, local):
    """After AsyncClient, whose thread of gRPC does not survive a fork: an error at once, not a call without end."""
    run(server, """
        asynchronous = advantaged.AsyncClient(TARGET)
        client = advantaged.Client(TARGET)
        careful = advantaged.Client(TARGET, fallback="local")
        asyncio.run(asynchronous.compute([1, 0], groups=2, method="rloo"))
        def child():
            try:
                ask(client)
            except advantaged.errors.Unavailable as error:
                assert "spawn or forkserver" in str(error)
            else:
                raise AssertionError
            warnings.simplefilter("ignore")
            ask(careful)
        assert in_child(child) == 0
        ask(client)
    """)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(server, tmp_path, method):
    """With a client that goes along, by fork or pickled; a module, for spawn must import what it runs."""
    (tmp_path / "work.py").write_text(START.replace("TARGET = sys.argv[1]", "") + textwrap.dedent("""
        def work(client):
            ask(client)
            return client.target
        def main():
            client = advantaged.Client(sys.argv[1])
            ask(client)
            with multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:
                assert pool.map(work, [client] * 4) == [client.target] * 4
            ask(client)
        if __name__ == "__main__":
            main()
    """), encoding="utf-8")
    environment = {**ENVIRONMENT, "PYTHONPATH": os.environ["PYTHONPATH"]}
    done = subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", tmp_path / "work.py", server.grpc[0],
                           method], env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE)
    said = [line for line in done.stderr.splitlines() if "fork_posix.cc" not in line]
    assert (done.returncode, done.stdout, said) == (0, "", [])


def test_results_and_errors_come_back_from_other_processes(server):
    run(server, """
        from concurrent.futures import ProcessPoolExecutor
        client = advantaged.Client(TARGET)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
            result = pool.submit(client.compute, REWARDS, groups=2, method="rloo", pass_at=[1]).result()
            assert result.advantages[:4].tolist() == [1, -1, -1, 1] and result.summary["groups"] == 2048
            assert len(result.stats.n) == 2048
            try:
                pool.submit(client.compute, [1, None], groups=2, method="rloo").result()
            except advantaged.InvalidArgument as error:
                assert error.violations[0].field == "rewards[1]"
            else:
                raise AssertionError
    """)


def test_threads_share_a_client(server):
    """Their first calls, too: one connection is kept."""
    run(server, """
        client = advantaged.Client(TARGET)
        barrier = threading.Barrier(8)
        failures = []
        def work(seed):
            mine = np.random.default_rng(seed).integers(0, 9, 512).astype(np.float32)
            expected = mine - mine.reshape(-1, 2)[:, ::-1].ravel()
            barrier.wait()
            try:
                for _ in range(50):
                    found = client.compute(mine, groups=2, method="rloo").advantages
                    assert np.array_equal(found, expected)
            except BaseException as error:
                failures.append(error)
        threads = [threading.Thread(target=work, args=[seed]) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures
        assert len(client._connections) == 1
    """)


def test_many_calls_at_once_in_a_loop(server):
    run(server, """
        async def work():
            async with advantaged.AsyncClient(TARGET) as client:
                batches = [np.random.default_rng(seed).integers(0, 9, 512).astype(np.float32) for seed in range(200)]
                results = await asyncio.gather(*(client.compute(one, groups=2, method="rloo") for one in batches))
                for one, result in zip(batches, results):
                    assert np.array_equal(result.advantages, one - one.reshape(-1, 2)[:, ::-1].ravel())
        asyncio.run(work())
    """)


def test_large_batches_in_a_loop_do_not_hold_it_up(server):
    """They are read in threads: the loop gets its turns."""
    run(server, """
        async def work():
            large = np.random.default_rng(0).integers(0, 9, 1 << 20).astype(np.float32)
            async with advantaged.AsyncClient(TARGET) as client:
                results = await asyncio.gather(*(client.compute(large, groups=2, method="rloo") for _ in range(4)))
            for result in results:
                assert np.array_equal(result.advantages, large - large.reshape(-1, 2)[:, ::-1].ravel())
        asyncio.run(work())
    """)


def test_two_loops_one_after_the_other(server):
    run(server, """
        client = advantaged.AsyncClient(TARGET)
        async def work():
            return (await client.compute([1, 0], groups=2, method="rloo")).advantages
        for _ in range(3):
            assert asyncio.run(work()) == [1, -1]
        async def end():
            await work()
            await client.close()
        asyncio.run(end())
    """)


def test_a_cancelled_call_leaves_the_client_well(server):
    run(server, """
        async def work():
            async with advantaged.AsyncClient(TARGET) as client:
                call = asyncio.ensure_future(client.compute(REWARDS, groups=2, method="rloo"))
                await asyncio.sleep(0)
                call.cancel()
                try:
                    await call
                except asyncio.CancelledError:
                    pass
                else:
                    raise AssertionError
                assert (await client.compute([1, 0], groups=2, method="rloo")).advantages == [1, -1]
        asyncio.run(work())
    """)


def test_a_client_that_is_left_open_does_not_hold_up_the_end(server):
    run(server, """
        client = advantaged.Client(TARGET)
        ask(client)
        async def work():
            await advantaged.AsyncClient(TARGET).compute([1, 0], groups=2, method="rloo")
        asyncio.run(work())
    """)
