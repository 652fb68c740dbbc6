"""Who computes: the server of the target, of ADVANTAGED_TARGET, the in-process core, or the core when no server can."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings

import advantaged
import numpy as np
import pytest
from advantaged import errors
from running_server import ENVIRONMENT

REWARDS = np.array([1, 0, 0, 1], np.float32)


@pytest.fixture(autouse=True)
def no_target(monkeypatch):
    monkeypatch.delenv("ADVANTAGED_TARGET", raising=False)


@pytest.fixture
def hidden(monkeypatch):
    """As if the in-process core were not installed."""
    monkeypatch.setitem(sys.modules, "advantaged_local", None)


def dead_address(start):
    server = start()
    server.stop()
    return server.grpc[0]


def test_the_target(compute, server):
    run, client = compute(server.grpc[0])
    assert client.target == server.grpc[0]
    assert run(REWARDS, groups=2, method="rloo").backend == "remote"


def test_the_target_of_the_environment(compute, server, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_TARGET", server.grpc[0])
    run, client = compute()
    assert client.target == server.grpc[0]
    assert run(REWARDS, groups=2, method="rloo").backend == "remote"


def test_the_target_goes_before_the_environment(compute, server, monkeypatch):
    monkeypatch.setenv("ADVANTAGED_TARGET", "127.0.0.1:1")
    run, _ = compute(server.grpc[0])
    assert run(REWARDS, groups=2, method="rloo").backend == "remote"


@pytest.mark.parametrize("environment", [None, ""])
def test_else_the_in_process_core(compute, local, monkeypatch, environment):
    if environment is not None:
        monkeypatch.setenv("ADVANTAGED_TARGET", environment)
    run, client = compute()
    assert client.target is None
    result = run(REWARDS, groups=2, method="rloo")
    assert result.backend == "local" and result.advantages.tolist() == [1, -1, -1, 1]
    assert run(REWARDS, groups=2, method="grpo").advantages.tobytes() == local.compute(
        REWARDS, groups=2, method="grpo").advantages.tobytes()
    with pytest.raises(advantaged.InvalidArgument, match=r"(?s)rewards\[1\]"):
        run([1, float("nan")], groups=2, method="rloo")


def test_tokens_in_process(local):
    rewards, mask = np.array([[0.5, 0.5, 0], [0, 0, 0]]), np.array([[1, 1, 0], [1, 1, 1]])
    expected = [[1, 1, 0], [-1, -1, -1]]
    assert advantaged.Client().compute_tokens(rewards, mask, groups=2, method="rloo").advantages.tolist() == expected
    result = asyncio.run(advantaged.AsyncClient().compute_tokens(rewards, mask, groups=2, method="rloo"))
    assert result.advantages.tolist() == expected


@pytest.mark.parametrize("kind", [advantaged.Client, advantaged.AsyncClient])
def test_neither_says_how_to_get_either(hidden, kind):
    with pytest.raises(RuntimeError) as caught:
        kind()
    for part in ("Client('host:port')", "ADVANTAGED_TARGET", "make run", "pip install 'advantaged[local]'",
                 "pip install ./client/python_local"):
        assert part in str(caught.value)


def test_a_core_that_is_not_installed_says_how_to_get_it(hidden):
    with pytest.raises(ImportError, match=r"pip install 'advantaged\[local\]'.*\./client/python_local"):
        advantaged.LocalBackend()
    with pytest.raises(ImportError, match=r"pip install 'advantaged\[local\]'"):
        advantaged.Client("127.0.0.1:1", fallback="local")


def test_a_server_needs_no_core(hidden, server):
    with advantaged.Client(server.grpc[0]) as client:
        assert client.compute(REWARDS, groups=2, method="rloo").backend == "remote"


@pytest.mark.parametrize("target, other, expected, warns", [
    ("127.0.0.1:1", None, "127.0.0.1:1", False), (None, "127.0.0.1:2", "127.0.0.1:2", False),
    ("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:1", True), ("127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1", False)])
def test_advctls_variable_names_the_target_too_and_a_difference_is_warned_of(monkeypatch, target, other, expected, warns):
    for name, value in ("ADVANTAGED_TARGET", target), ("ADVANTAGED_SERVER", other):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert advantaged.Client().target == expected
    assert [str(entry.message) for entry in caught] == (
        [f"advantaged: ADVANTAGED_TARGET={target} counts, not ADVANTAGED_SERVER={other}"] if warns else [])
    assert all(entry.filename == __file__ for entry in caught)


def test_a_target_of_nonsense(monkeypatch):
    for target in "localhost", "http://a.example", "unix:", 50051:
        with pytest.raises(advantaged.InvalidArgument, match="target: ") as caught:
            advantaged.Client(target)
        assert str(target) in str(caught.value)
    monkeypatch.setenv("ADVANTAGED_TARGET", "localhost")
    with pytest.raises(advantaged.InvalidArgument, match="'localhost' is no address"):
        advantaged.Client()


def test_the_fallback_is_counted_reported_and_warned_of_once(compute, local, start):
    """Reported with the next answer of a server, and with that only."""
    server = start()
    address = server.grpc[0]
    run, client = compute(address, fallback="local", max_attempts=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        first = run(REWARDS, groups=2, method="rloo")
        assert (first.backend, first.fallbacks, client.fallbacks) == ("remote", 0, 0)
        assert "fallbacks" not in first.summary
        server.stop()
        for i in range(3):
            result = run(REWARDS, groups=2, method="rloo")
            assert (result.backend, client.fallbacks) == ("local", i + 1)
            assert result.advantages.tolist() == [1, -1, -1, 1]
        start(listen=[address])
        # gRPC may not have tried again yet.
        while (result := run(REWARDS, groups=2, method="rloo")).backend == "local":
            pass
        assert result.fallbacks == result.summary["fallbacks"] == client.fallbacks >= 3
        assert pickle.loads(pickle.dumps(result)).summary["fallbacks"] == client.fallbacks
        after = run(REWARDS, groups=2, method="rloo")
        assert (after.backend, after.fallbacks) == ("remote", 0)
        assert "fallbacks" not in after.summary
    warning, = caught
    assert warning.category is RuntimeWarning
    assert str(warning.message).startswith(f"advantaged: computing in-process, for {address}: ")


@pytest.mark.parametrize("call", ["compute", "compute_tokens"])
def test_the_warning_is_of_the_caller_s_line(local, call, start):
    tokens = np.ones((4, 2))
    client = advantaged.Client(dead_address(start), fallback="local", max_attempts=1)
    with pytest.warns(RuntimeWarning, match="computing in-process") as caught:
        if call == "compute":
            client.compute(REWARDS, groups=2, method="rloo")
        else:
            client.compute_tokens(tokens, tokens, groups=2, method="rloo")
    assert caught[0].filename == __file__


@pytest.mark.parametrize("call", ["compute", "compute_tokens"])
def test_the_warning_is_of_the_caller_s_line_in_asyncio(local, call, start):
    tokens = np.ones((4, 2))
    address = dead_address(start)

    async def ask():
        async with advantaged.AsyncClient(address, fallback="local", max_attempts=1) as client:
            if call == "compute":
                await client.compute(REWARDS, groups=2, method="rloo")
            else:
                await client.compute_tokens(tokens, tokens, groups=2, method="rloo")

    with pytest.warns(RuntimeWarning, match="computing in-process") as caught:
        asyncio.run(ask())
    assert caught[0].filename == __file__


def test_a_server_that_does_not_answer_falls_back(compute, local, start):
    server = start()
    run, client = compute(server.grpc[0], fallback="local", deadline=0.5)
    server.freeze()
    try:
        with pytest.warns(RuntimeWarning, match="0.5 s"):
            assert run(REWARDS, groups=2, method="rloo").backend == "local"
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert client.fallbacks == 1


@pytest.mark.filterwarnings("error")
def test_a_wrong_batch_does_not_fall_back(compute, local, server, start):
    run, client = compute(server.grpc[0], fallback="local")
    with pytest.raises(advantaged.InvalidArgument, match=r"method.pass_at_k_grpo.k"):
        run(REWARDS, groups=2, method="pass_at_k_grpo", k=3)
    with pytest.raises(errors.FailedPrecondition):
        run(REWARDS, groups=2, method="rloo", required_numerics_version=999)
    assert client.fallbacks == 0
    run, client = compute(dead_address(start), fallback="local", max_attempts=1)
    with pytest.raises(RuntimeWarning, match="computing in-process"):  # an error by the mark above
        run(REWARDS, groups=2, method="rloo")


def test_a_wrong_batch_that_fell_back_says_so(compute, local, start):
    """In the caller's words, as a server would."""
    run, _ = compute(dead_address(start), fallback="local", max_attempts=1)
    with pytest.warns(RuntimeWarning), pytest.raises(advantaged.InvalidArgument, match=r"group 1 \(id 'b'\)"):
        run(REWARDS, groups=["a", "a", "a", "b"], method="rloo")


def test_fallbacks_of_threads_all_count(local, start):
    client = advantaged.Client(dead_address(start), fallback="local", max_attempts=1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = lambda: [client.compute(REWARDS, groups=2, method="rloo") for _ in range(25)]  # noqa: E731
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert client.fallbacks == 100
    assert len(caught) == 1


def test_a_pickled_client_keeps_its_options(local, server):
    options = {"deadline": 7.0, "wait_for_ready": False, "fallback": "local", "max_attempts": 3,
               "max_connection_age": 60.0}
    tls = advantaged.Tls(root_certificates=b"-----BEGIN CERTIFICATE-----", server_name="a.example")
    client = advantaged.Client("a.example:1", tls=tls, **options)
    for kind in client, advantaged.AsyncClient("a.example:1", tls=tls, **options):
        copy = pickle.loads(pickle.dumps(kind))
        assert (type(copy), copy.target, copy.options) == (type(kind), kind.target, kind.options)
    with advantaged.Client(server.grpc[0]) as used:
        used.compute(REWARDS, groups=2, method="rloo")
        with pickle.loads(pickle.dumps(used)) as copy:
            assert copy.compute(REWARDS, groups=2, method="rloo").backend == "remote"


def test_the_in_process_core_can_be_pickled(local):
    copy = pickle.loads(pickle.dumps(local))
    assert copy.compute(REWARDS, groups=2, method="rloo").advantages.tolist() == [1, -1, -1, 1]


def test_nothing_is_printed(server, local):
    """By all of them, failures included; the warning of the fallback is Python's to show."""
    program = f"""
import advantaged, numpy as np, warnings
warnings.simplefilter("ignore")
rewards = np.array([1, 0, 0, 1], np.float32)
for client in (advantaged.Client({server.grpc[0]!r}), advantaged.Client(), advantaged.LocalBackend(),
               advantaged.Client("127.0.0.1:1", fallback="local", max_attempts=1),
               advantaged.Client("unix:/no/such", deadline=0.3)):
    for groups in 2, 3:
        try:
            client.compute(rewards, groups=groups, method="grpo")
        except advantaged.AdvantagedError:
            pass
"""
    environment = {**ENVIRONMENT, "PYTHONPATH": os.environ["PYTHONPATH"]}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
