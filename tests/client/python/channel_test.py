"""How a client connects: its channel's options, waiting for a server, several servers, proxies, sockets."""

import asyncio
import concurrent.futures
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import advantaged
import numpy as np
import pytest
from advantaged import errors
from advantaged.options import ClientOptions, check_target
from advantaged.v1 import describe_pb2
from fake_server import NOT_SERVING, serving
from running_server import ENVIRONMENT, PATIENCE, eventually

REWARDS = np.array([1, 0, 0, 1], np.float32)


@pytest.fixture
def doorstep():
    """A port that hangs up on whoever comes, and its address; closed, it is nobody's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        yield listener, "{}:{}".format(*listener.getsockname())


def test_options_of_the_channel():
    arguments = dict(ClientOptions().channel_arguments())
    assert len(arguments) == len(ClientOptions().channel_arguments())
    assert arguments["grpc.per_rpc_retry_buffer_size"] > 16_777_216 * 64  # larger than any request
    assert arguments["grpc.max_send_message_length"] == arguments["grpc.max_receive_message_length"] == -1
    assert arguments["grpc.enable_http_proxy"] == 0
    # The server sends away who pings more often than every 10 s.
    assert (arguments["grpc.keepalive_time_ms"], arguments["grpc.keepalive_timeout_ms"]) == (60_000, 20_000)
    assert arguments["grpc.keepalive_permit_without_calls"] == 1
    assert arguments["grpc.min_reconnect_backoff_ms"] <= 1000 and arguments["grpc.max_reconnect_backoff_ms"] <= 5000
    assert json.loads(arguments["grpc.service_config"]) == ClientOptions().service_config()


def test_the_service_config():
    config = ClientOptions().service_config()
    assert config["loadBalancingConfig"] == [{"round_robin": {}}]
    assert config["healthCheckConfig"] == {"serviceName": ""}
    policy, = config["methodConfig"]
    assert policy == {"name": [{"service": "advantaged.v1.AdvantageService"}], "waitForReady": True, "retryPolicy": {
        "maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]}}
    assert "retryPolicy" not in ClientOptions(max_attempts=1).service_config()["methodConfig"][0]


@pytest.mark.parametrize("fallback", [None, "local"])
@pytest.mark.parametrize("said", [None, True, False])
def test_waiting_is_the_default_without_a_fallback(said, fallback):
    options = ClientOptions(wait_for_ready=said, fallback=fallback)
    assert options.waits == (fallback is None if said is None else said)
    assert options.service_config()["methodConfig"][0]["waitForReady"] == options.waits


@pytest.mark.parametrize("name, value, complaint", [
    ("deadline", 0, "above 0"), ("deadline", -1, "-1"), ("deadline", float("nan"), "nan"),
    ("deadline", float("inf"), "inf"), ("max_attempts", 0, "from 1 to 5"), ("max_attempts", 6, "from 1 to 5"),
    ("max_connection_age", 0, "above 0"), ("max_connection_age", float("nan"), "nan"),
    ("fallback", "remote", "None or 'local'")])
def test_options_that_cannot_be(name, value, complaint):
    for kind in advantaged.Client, advantaged.AsyncClient:
        with pytest.raises(advantaged.InvalidArgument, match=f"^{name}: .*{complaint}"):
            kind("127.0.0.1:1", **{name: value})


@pytest.mark.parametrize("target", ["", "a", "a:", "a:b", ":1", "a:0", "a:65536", "a:1:2", "http://a:1", "https://a",
                                    "unix:", "unix://", "dns:///a", "ipv4:1.2.3.4", "ipv4:1.2.3.4:5,1.2.3.4", "a b:1"])
def test_targets_that_cannot_be(target):
    with pytest.raises(advantaged.InvalidArgument, match="^target: ") as caught:
        check_target(target)
    assert repr(target) in str(caught.value)


@pytest.mark.parametrize("target", ["a:1", "a.b-c.example:50051", "127.0.0.1:65535", "[::1]:1", "unix:/a", "unix:a/b",
                                    "unix:///a", "unix-abstract:a", "dns:a:1", "dns:///a:1", "dns://8.8.8.8/a:1",
                                    "ipv4:1.2.3.4:5,1.2.3.4:6", "ipv6:[::1]:5", "xds:///a"])
def test_targets_that_can_be(target):
    assert advantaged.Client(target).target == target


def test_nothing_is_opened_until_the_first_call(doorstep):
    listener, address = doorstep
    listener.setblocking(False)
    for kind in advantaged.Client, advantaged.AsyncClient:
        kind(address)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_server_that_is_not_up_yet_is_waited_for(compute, start, doorstep):
    listener, address = doorstep
    run, _ = compute(address)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(run(REWARDS, groups=2, method="rloo")))
    thread.start()
    connection, _ = listener.accept()  # it has asked, and found nobody
    connection.close()
    listener.close()
    start(listen=[address])
    thread.join()
    assert answers[0].advantages.tolist() == [1, -1, -1, 1]


def test_a_socket_that_is_not_there_yet_is_waited_for(compute, start, tmp_path):
    address = f"unix:{tmp_path}/a.sock"
    run, _ = compute(address)
    with pytest.raises(errors.DeadlineExceeded):  # it has asked
        run(REWARDS, groups=2, method="rloo", deadline=0.3)
    start(listen=[address])
    assert run(REWARDS, groups=2, method="rloo").advantages.tolist() == [1, -1, -1, 1]


def test_waiting_ends_at_the_deadline_with_the_reason(compute, doorstep):
    listener, address = doorstep
    listener.close()
    run, _ = compute(address, deadline=2)
    began = time.monotonic()
    with pytest.raises(errors.DeadlineExceeded) as caught:
        run(REWARDS, groups=2, method="rloo")
    assert 1.9 < time.monotonic() - began < 50
    assert str(caught.value).startswith(f"no connection to {address} within 2 s: ")
    assert "refused" in str(caught.value)


def test_it_can_be_told_not_to_wait(compute, doorstep):
    listener, address = doorstep
    listener.close()
    run, _ = compute(address, wait_for_ready=False)
    with pytest.raises(errors.Unavailable, match="refused") as caught:
        run(REWARDS, groups=2, method="rloo")
    assert address in str(caught.value)


def test_calls_go_to_all_servers_in_turn(compute):
    with serving() as one, serving() as other:
        run, _ = compute(f"ipv4:{one.address},{other.address}")
        # Until it has connected to both.
        while not (one.attempts and other.attempts):
            run(REWARDS, groups=2, method="rloo")
        before = len(one.attempts), len(other.attempts)
        for _ in range(10):
            run(REWARDS, groups=2, method="rloo")
        assert (len(one.attempts) - before[0], len(other.attempts) - before[1]) == (5, 5)


def test_an_unhealthy_server_gets_none(compute):
    with serving(status=NOT_SERVING) as ill, serving() as well:
        run, _ = compute(f"ipv4:{ill.address},{well.address}")
        for _ in range(20):
            run(REWARDS, groups=2, method="rloo")
        assert (len(ill.attempts), len(well.attempts)) == (0, 20)


def test_only_unhealthy_servers_are_none(compute):
    with serving(status=NOT_SERVING) as ill:
        run, _ = compute(ill.address, wait_for_ready=False, max_attempts=1)
        with pytest.raises(errors.Unavailable):
            run(REWARDS, groups=2, method="rloo")
        assert ill.attempts == []


def test_a_dead_server_of_two(compute, start):
    """Killed between calls; none fails."""
    dying, living = start(), start()
    run, _ = compute(f"ipv4:{dying.grpc[0]},{living.grpc[0]}")
    for i in range(20):
        if i == 5:
            dying.stop(signal.SIGKILL)
        assert run(REWARDS, groups=2, method="rloo").advantages.tolist() == [1, -1, -1, 1]


def test_unix_sockets(compute, start, tmp_path):
    start(listen=[f"unix:{tmp_path}/a.sock"])
    for target in f"unix:{tmp_path}/a.sock", f"unix://{tmp_path}/a.sock":
        run, _ = compute(target)
        assert run(REWARDS, groups=2, method="rloo").advantages.tolist() == [1, -1, -1, 1]


def test_proxies_are_not_used(server):
    """Set to what refuses, in every spelling; nothing is printed of it either."""
    program = f"""
import advantaged, asyncio
with advantaged.Client({server.grpc[0]!r}, deadline=100) as client:
    client.compute([1, 0, 0, 1], groups=2, method="rloo")
async def ask():
    async with advantaged.AsyncClient({server.grpc[0]!r}, deadline=100) as client:
        await client.compute([1, 0, 0, 1], groups=2, method="rloo")
asyncio.run(ask())
"""
    proxies = {name: "http://127.0.0.1:1" for name in ("http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY",
                                                       "HTTPS_PROXY", "ALL_PROXY", "all_proxy")}
    environment = {**ENVIRONMENT, **proxies, "no_proxy": "", "PYTHONPATH": os.environ["PYTHONPATH"]}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_closed_client_opens_again(server):
    client = advantaged.Client(server.grpc[0])
    for _ in range(3):
        with client as same:
            assert same.compute(REWARDS, groups=2, method="rloo").backend == "remote"

    async def ask():
        client = advantaged.AsyncClient(server.grpc[0])
        for _ in range(3):
            async with client as same:
                assert (await same.compute(REWARDS, groups=2, method="rloo")).backend == "remote"

    asyncio.run(ask())


def test_connections_have_a_maximum_age(compute, start):
    """Then a call makes another, and the old one is closed."""
    server = start()
    run, _ = compute(server.grpc[0], max_connection_age=0.02)

    def connections_after_a_call():
        assert run(REWARDS, groups=2, method="rloo").backend == "remote"
        return server.metrics().sum("advantaged_connections_total")
    eventually(lambda: connections_after_a_call() >= 5, "connections")
    eventually(lambda: server.metrics().sum("advantaged_connections") == 1, "only the last one open")


def test_a_call_under_way_outlives_its_connections_age(start):
    server = start("--compute-threads=1")
    large = np.tile(np.linspace(0, 1, 16, dtype=np.float32), 1 << 16)
    with advantaged.Client(server.grpc[0], max_connection_age=0.001, max_attempts=1) as client:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.compute, large, groups=16, method="skew_r", pass_at=range(1, 17),
                                 outcomes=large > 0.5)
            others = 0
            while not answer.done():
                client.compute(REWARDS, groups=2, method="rloo")
                others += 1
            assert answer.result().advantages.shape == large.shape
    assert others > 0 and server.metrics().sum("advantaged_connections_total") > 1
    eventually(lambda: server.metrics().sum("advantaged_connections") == 0, "all closed")


def test_unix_sockets_have_no_age(compute, start, tmp_path):
    server = start(listen=[f"unix:{tmp_path}/a.sock"])
    run, _ = compute(server.grpc[0], max_connection_age=1e-9)
    for _ in range(3):
        run(REWARDS, groups=2, method="rloo")
    assert server.metrics().sum("advantaged_connections_total") == 1


def test_what_else_a_server_says(client):
    info = client.server_info()
    assert info.numerics_version >= 1 and info.max_request_bytes == 72 << 20
    assert "pass_at_k_grpo" in [method.name for method in client.list_methods().methods]
    request = describe_pb2.DescribeMethodRequest(n=4)
    request.method.pass_at_k_grpo.k = 2
    assert client.describe_method(request).parameters.pass_at_k_grpo.k == 2
    with pytest.raises(advantaged.InvalidArgument):
        client.describe_method(describe_pb2.DescribeMethodRequest())


def test_the_in_process_core_has_no_server_to_ask(local, monkeypatch):
    monkeypatch.delenv("ADVANTAGED_TARGET", raising=False)
    with pytest.raises(RuntimeError, match="in-process"):
        advantaged.Client().server_info()
