"""A run goes on without its server: in this process where the core gives the same bits, else by waiting."""

import logging
import signal
import threading
import types

import advantaged
import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged import errors  # noqa: E402
from advantaged.integrations import _steady  # noqa: E402
from advantaged.integrations._steady import Steady  # noqa: E402
from fake_server import Failure, grpc, serving  # noqa: E402
from running_server import Server, eventually  # noqa: E402

REWARDS = [1.0, 0.0, 0.0, 1.0]
ARGUMENTS = {"groups": 4, "method": "pass_at_k_grpo", "k": 2, "statistics": False}
EXPECTED = advantaged.LocalBackend().compute(REWARDS, **ARGUMENTS).advantages


@pytest.fixture(autouse=True)
def environment(monkeypatch, caplog):
    for name in ("ADVANTAGED_TARGET", "ADVANTAGED_SERVER", "ADVANTAGED_FALLBACK", "ADVANTAGED_DEADLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(_steady, "LOOK_EVERY", 0.05)
    caplog.set_level(logging.INFO, "advantaged.integrations")


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server that can go away and come back at the same address."""
    started = [Server(tmp_path, "--log-level=error")]
    address = started[0].grpc[0]
    monkeypatch.setenv("ADVANTAGED_TARGET", address)

    def come_back():
        (tmp_path / "ready.json").unlink(missing_ok=True)
        started.append(Server(tmp_path, "--log-level=error", listen=(address,)))

    yield types.SimpleNamespace(address=address, running=lambda: started[-1], go_away=lambda: started[-1].stop(),
                                come_back=come_back)
    started[-1].process.kill()
    started[-1].process.wait()


@pytest.fixture
def no_core(monkeypatch):
    monkeypatch.setattr(_steady.local, "is_installed", lambda: False)


def begun(fallback=None):
    """A run whose first call has succeeded, and whose next ones are not waited for long."""
    steady = Steady(fallback)
    assert computed(steady) == ("remote", 0)
    steady._deadline = 0.5
    return steady


def found(steady):
    """Waits until the server is found; from then on it has the time that a slow machine needs."""
    eventually(lambda: not steady._is_away, "the server is found")
    steady._deadline = None
    return steady


def computed(steady):
    result = steady.compute(REWARDS, **ARGUMENTS)
    assert result.advantages == EXPECTED
    return result.backend, result.fallbacks


def test_a_run_goes_on_in_process_and_returns_to_the_server(server, caplog):
    steady = begun()
    server.go_away()
    assert computed(steady) == ("local", 1)
    assert f"computing in-process until {server.address} is back" in caplog.text
    server.come_back()
    assert computed(found(steady)) == ("remote", 1)
    assert f"{server.address} is back; 1 steps were computed in-process" in caplog.text


def test_a_batch_that_is_too_large_for_the_server_is_computed_in_process(monkeypatch, caplog):
    with serving() as fake:
        monkeypatch.setenv("ADVANTAGED_TARGET", fake.address)
        steady = Steady("local")
        fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, -1)]
        assert computed(steady) == ("local", 1)
        assert "computing this batch in-process, for as told" in caplog.text
        assert not steady._is_away and len(fake.attempts) == 1


def test_later_steps_do_not_wait_for_the_deadline_again(server, monkeypatch):
    steady = begun()
    server.go_away()
    computed(steady)
    monkeypatch.setattr(steady._client, "compute", lambda *_, **__: pytest.fail("the server is asked again"))
    assert [computed(steady) for _ in range(3)] == [("local", 2), ("local", 3), ("local", 4)]
    assert steady.compute(REWARDS, **ARGUMENTS).summary["fallbacks"] == 5


def test_the_server_is_looked_for_in_the_background_until_it_is_found(server):
    steady = begun()
    server.go_away()
    computed(steady)
    thread = steady._looking
    assert thread.is_alive() and thread.daemon and thread is not threading.current_thread()
    server.come_back()
    thread.join(60)
    assert not thread.is_alive() and not steady._is_away


def test_a_first_call_that_fails_raises_with_the_reason(monkeypatch):
    monkeypatch.setenv("ADVANTAGED_TARGET", "127.0.0.1:1")
    with pytest.raises(errors.DeadlineExceeded, match="no connection to 127.0.0.1:1 .*refused"):
        Steady(deadline=1).compute(REWARDS, **ARGUMENTS)


@pytest.mark.parametrize("how", ["setting", "environment"])
def test_fallback_local_answers_the_first_call_too(monkeypatch, how):
    monkeypatch.setenv("ADVANTAGED_TARGET", "127.0.0.1:1")
    if how == "environment":
        monkeypatch.setenv("ADVANTAGED_FALLBACK", "local")
        monkeypatch.setenv("ADVANTAGED_DEADLINE", "1")
    assert computed(Steady() if how == "environment" else Steady("local", 1)) == ("local", 1)


@pytest.mark.parametrize("how", ["setting", "environment"])
def test_fallback_none_computes_nothing_in_process(server, monkeypatch, how):
    if how == "environment":
        monkeypatch.setenv("ADVANTAGED_FALLBACK", "none")
    steady = begun("none" if how == "setting" else None)
    server.go_away()
    with pytest.raises(errors.DeadlineExceeded):
        computed(steady)
    assert steady.fallbacks == 0


def test_without_the_core_a_run_waits_for_the_server(server, no_core, caplog):
    steady = Steady(deadline=600)
    computed(steady)
    server.go_away()
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(computed(steady)), daemon=True)
    waiting.start()
    server.come_back()
    waiting.join(120)
    assert answers == [("remote", 0)]
    assert f"while {server.address} is away, calls wait" in caplog.text


@pytest.mark.parametrize("is_installed, seconds", [(True, [60, 60]), (False, [60, 3600])])
def test_a_call_waits_a_minute_where_something_else_can_compute_and_an_hour_where_nothing_can(
        server, monkeypatch, is_installed, seconds):
    monkeypatch.setattr(_steady.local, "is_installed", lambda: is_installed)
    steady = Steady()
    asked = []
    compute = steady._client.compute
    monkeypatch.setattr(steady._client, "compute",
                        lambda *a, deadline, **b: (asked.append(deadline), compute(*a, deadline=deadline, **b))[1])
    computed(steady)
    computed(steady)
    assert asked == pytest.approx(seconds, abs=1)


def test_without_the_core_a_call_is_tried_again_whatever_a_broken_server_says(no_core, monkeypatch, caplog):
    """INTERNAL, a connection lost in every attempt, a replica of another version: none of them ends the run."""
    with serving() as fake:
        monkeypatch.setenv("ADVANTAGED_TARGET", fake.address)
        steady = Steady()
        steady.compute(REWARDS, **ARGUMENTS)
        fake.failures += [Failure(code) for code in (grpc.StatusCode.INTERNAL, grpc.StatusCode.FAILED_PRECONDITION,
                                                     grpc.StatusCode.UNIMPLEMENTED)]
        assert steady.compute(REWARDS, **ARGUMENTS).advantages == REWARDS
        assert "trying again for up to 3" in caplog.text and "INTERNAL" in caplog.text


def test_an_invalid_batch_is_an_error_and_no_reason_to_leave_the_server(server):
    steady = Steady()
    computed(steady)
    with pytest.raises(errors.InvalidArgument, match="neither 0 nor 1"):
        steady.compute([0.5, 0, 0, 1], **ARGUMENTS)
    assert computed(steady) == ("remote", 0)


def test_a_core_with_other_numbers_than_the_server_does_not_take_its_place(monkeypatch, caplog):
    """The fake gives back the rewards."""
    with serving() as fake:
        monkeypatch.setenv("ADVANTAGED_TARGET", fake.address)
        steady = Steady()
        steady.compute(REWARDS, **ARGUMENTS)
        assert steady._core is None
        assert "cannot take the place" in caplog.text


def test_a_server_of_other_numerics_is_not_returned_to(monkeypatch, caplog):
    with serving(numerics_version=99) as fake:
        monkeypatch.setenv("ADVANTAGED_TARGET", fake.address)
        fake.failures = [Failure(grpc.StatusCode.INTERNAL)]
        steady = Steady("local")
        assert computed(steady) == ("local", 1)
        eventually(lambda: "is back with numerics version 99" in caplog.text, "the other version is told")
        assert computed(steady) == ("local", 2)
        assert steady._looking.is_alive()


def test_a_server_of_other_numerics_in_the_same_place_must_prove_the_core_again(monkeypatch, caplog):
    """What computes in-process must have the numbers of the server that is away, and not those of the one before it."""
    with serving() as fake:
        monkeypatch.setenv("ADVANTAGED_TARGET", fake.address)
        steady = Steady(deadline=60)
        steady._learn(advantaged.LocalBackend().compute(REWARDS, **ARGUMENTS), REWARDS, ARGUMENTS)
        assert steady._core is not None
        steady.compute(REWARDS, **ARGUMENTS)  # the fake's answers say 0
        assert steady._core is None and steady.numerics_version == 0
        assert "has numerics version 0, and had 2 before" in caplog.text and "cannot take the place" in caplog.text


def test_calls_that_are_no_steps_are_not_counted_as_steps(monkeypatch):
    monkeypatch.setenv("ADVANTAGED_TARGET", "127.0.0.1:1")
    steady = Steady("local", 0.5)
    assert steady.compute(REWARDS, **ARGUMENTS, observe=False).fallbacks == 0
    assert steady.compute(REWARDS, **ARGUMENTS).fallbacks == 1


def test_a_server_that_hangs_does_not_stop_the_run(server):
    steady = begun()
    server.running().freeze()
    assert computed(steady) == ("local", 1)
    server.running().process.send_signal(signal.SIGCONT)
    assert computed(found(steady)) == ("remote", 1)


@pytest.mark.parametrize("name, value, text", [
    ("ADVANTAGED_FALLBACK", "locl", "ADVANTAGED_FALLBACK: 'locl'; it must be 'local' or 'none'"),
    ("ADVANTAGED_DEADLINE", "1h", "ADVANTAGED_DEADLINE: '1h'; it must be seconds"),
    ("ADVANTAGED_DEADLINE", "0", "ADVANTAGED_DEADLINE: '0'; it must be seconds, above 0")])
def test_a_wrong_variable_is_named(monkeypatch, name, value, text):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=text):
        Steady()
