"""Who waits says why in the log: 2 s after the call began, then every 30 s."""

import logging
import os
import threading

import advantaged
import grpc
import numpy as np
import pytest
from advantaged import _waiting
from fake_server import Failure, serving
from running_server import PATIENCE

REWARDS = np.array([1, 0, 0, 1], np.float32)


class Clock:
    """Seconds that pass only by `sleep`; `at[t]` is done as soon as t is reached."""

    def __init__(self):
        self.now = 0.0
        self.at = {}

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        for time in [time for time in self.at if time <= self.now]:
            self.at.pop(time)()


class Lines(logging.Handler):
    """What the log is told; `come` is set with the first line."""

    def __init__(self):
        super().__init__()
        self.texts = []
        self.come = threading.Event()

    def emit(self, record):
        assert record.levelno == logging.WARNING and record.name == "advantaged"
        self.texts.append(record.getMessage())
        self.come.set()


@pytest.fixture
def lines():
    handler = Lines()
    _waiting.LOGGER.addHandler(handler)
    yield handler
    _waiting.LOGGER.removeHandler(handler)


def test_the_log_is_told_after_2_s_and_then_every_30_s(lines):
    clock = Clock()
    watcher = _waiting.Watcher(clock.sleep)
    wait = _waiting.Wait("a:1", 3600, clock)
    asked = []
    watcher.end(wait)  # of none is no error
    watcher._is_running = True  # no thread: this one runs it
    watcher.begin(wait, lambda: asked.append(clock()) or "refused")
    clock.at[70] = lambda: watcher.end(wait)
    watcher.run()
    assert asked == [2, 32, 62]
    assert lines.texts == [f"advantaged: waiting for a:1, {at} s of 3600 s so far: refused" for at in (2, 32, 62)]
    assert not watcher._is_running


def test_several_calls_are_each_told_of_in_their_time(lines):
    clock = Clock()
    watcher = _waiting.Watcher(clock.sleep)
    watcher._is_running = True
    one, other = _waiting.Wait("one:1", 60, clock), None

    def later():
        nonlocal other
        other = _waiting.Wait("other:1", 60, clock)
        watcher.begin(other, lambda: "")

    watcher.begin(one, lambda: "refused")
    clock.at[2.0] = later
    clock.at[10.0] = lambda: watcher.end(one)
    clock.at[12.0] = lambda: watcher.end(other)
    watcher.run()
    assert lines.texts == ["advantaged: waiting for one:1, 2 s of 60 s so far: refused", "advantaged: waiting for other:1, "
                           "2 s of 60 s so far: it is connected and has not answered yet"]


def test_a_call_that_is_over_when_the_reason_is_known_is_not_told_of(lines):
    clock = Clock()
    watcher = _waiting.Watcher(clock.sleep)
    watcher._is_running = True
    wait = _waiting.Wait("a:1", 60, clock)
    watcher.begin(wait, lambda: watcher.end(wait) or "refused")
    watcher.run()
    assert lines.texts == []


def test_a_pause_is_told_of_before_it_if_a_line_is_due_within(lines):
    clock = Clock()
    wait = _waiting.Wait("a:1", 60, clock)
    for _ in range(40):  # of a server that is full for 40 s
        wait.pause(1, "full")
        clock.sleep(1)
    assert [text.split(", ")[1] for text in lines.texts] == ["1 s of 60 s so far: full", "30 s of 60 s so far: full"]


def test_a_child_of_a_fork_has_a_watcher_of_its_own():
    """Threads do not come along, and a call of the parent is none of the child's."""
    watcher = _waiting._watcher
    wait = _waiting.Wait("a:1", PATIENCE)
    watcher.begin(wait, lambda: "")
    try:
        child = os.fork()
        if child == 0:
            is_new = _waiting._watcher is not watcher and not _waiting._watcher._is_running
            os._exit(0 if is_new and not _waiting._watcher._calls else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert _waiting._watcher is watcher and watcher._is_running
    finally:
        watcher.end(wait)


def test_a_call_that_is_over_is_looked_after_no_longer(compute):
    with serving() as fake:
        run, _ = compute(fake.address)
        run(REWARDS, groups=2, method="rloo", deadline=PATIENCE)
        run(REWARDS, groups=2, method="rloo", deadline=PATIENCE)
    assert not _waiting._watcher._calls


def test_a_server_that_cannot_be_reached_is_waited_for_with_the_reason(lines, compute, start, monkeypatch, tmp_path):
    """The line comes while the call waits, and the call is answered once the server is there."""
    monkeypatch.setattr(_waiting, "FIRST", 0.0)
    address = f"unix:{tmp_path}/a.sock"
    run, _ = compute(address, deadline=PATIENCE)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(run(REWARDS, groups=2, method="rloo")))
    thread.start()
    assert lines.come.wait(PATIENCE)
    monkeypatch.undo()
    start(listen=[address])
    thread.join()
    assert answers[0].advantages.tolist() == [1, -1, -1, 1]
    assert lines.texts[0].startswith(f"advantaged: waiting for {address}, ") and "No such file" in lines.texts[0]


def test_a_full_server_is_waited_for_with_its_words(compute, monkeypatch):
    pauses = []
    monkeypatch.setattr(_waiting.Wait, "pause", lambda wait, seconds, reason: pauses.append((seconds, reason)))
    with serving() as fake:
        fake.failures = [Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, pushback=1)] * 2
        run, _ = compute(fake.address, deadline=PATIENCE)
        run(REWARDS, groups=2, method="rloo")
    assert [reason for _, reason in pauses] == ["as told"] * 2 and all(0.001 <= s <= 0.0012 for s, _ in pauses)


@pytest.mark.parametrize("kind", [advantaged.Client, advantaged.AsyncClient])
def test_the_first_line_is_due_after_2_s(kind):
    wait = kind("127.0.0.1:1", deadline=9)._wait()
    assert (_waiting.FIRST, _waiting.EVERY, wait.deadline) == (2.0, 30.0, 9)
    assert 0 < wait.until_next() <= 2
