"""One input, one output: over TCP, over a Unix socket, in process, in one call or in many."""

import random

import pytest

from programs import DATA, advctl, compute, lines_of, results

MIXED_KINDS = lines_of(
    {"group": "z", "rewards": [1, 0, 0, 1], "lengths": [3, 4, 5, 6]},
    {"rewards": [0.25, -1.5, 3.75e-3], "lengths": [1, 0, 2]},
    {"group": "a", "rewards": [1, None, 0], "valid": [True, False, True], "lengths": [9, 9, 9]},
    {"group": "é\"", "rewards": [7, 7], "lengths": [1, 1]},
    {"rewards": [None, None], "valid": [False, False], "lengths": [1, 1]},
)


def real_groups(count, seed=7):
    generator = random.Random(seed)
    return lines_of(*({"group": f"g{i}", "rewards": [generator.gauss(0, 1) for _ in range(
        generator.randint(2, 30))]} for i in range(count)))


@pytest.mark.parametrize("text", [MIXED_KINDS, real_groups(300), DATA.read_text(encoding="utf-8")],
                         ids=["kinds", "reals", "data"])
@pytest.mark.parametrize("method", ["grpo", "rloo", "max_at_k -p k=1", "reinforce"])
def test_transport_changes_no_byte(server, text, method):
    arguments = ["--method", *method.split(), "--pass-at", "1,2"]
    tcp, unix, local = (compute(*arguments, *where, stdin=text) for where in (
        ["--server", server[0]], ["--server", server[1]], ["--local"]))
    assert len(results(tcp)) == text.count("\n")
    assert tcp.stdout == unix.stdout == local.stdout
    assert tcp.stderr == unix.stderr == local.stderr


def test_order_of_lines_is_kept():
    names = [f"g{i}" for i in range(50)]
    random.Random(3).shuffle(names)
    text = lines_of(*({"group": name, "rewards": [1, 0]} for name in names))
    assert [line["group"] for line in results(compute("--method", "rloo", "--local", stdin=text))
            ] == names


def test_every_field():
    text = lines_of({"group": "p", "rewards": [1, 0, 0, 1]})
    assert results(compute("--method", "rloo", "--local", "--pass-at", "1,2,8", stdin=text)) == [{
        "group": "p", "advantages": [0.6666667, -0.6666667, -0.6666667, 0.6666667],
        "n": 4, "c": 2, "rho": 0.5, "pass_at_k": {"1": 0.5, "2": 1 - 1 / 6}, "mean": 0.5,
        "sd": 0.5, "zero_variance": False, "priority": 0.5}]


def test_what_does_not_apply_is_left_out():
    text = lines_of({"rewards": [0.5, 2]}, {"rewards": [None, 1], "valid": [False, False]},
                    {"rewards": [3, 3]})
    assert results(compute("--method", "dr_grpo", "--local", "--pass-at", "1", stdin=text)) == [
        {"advantages": [-0.75, 0.75], "n": 2, "mean": 1.25, "sd": 0.75, "zero_variance": False},
        {"advantages": [0, 0], "n": 0},
        {"advantages": [0, 0], "n": 2, "mean": 3, "sd": 0, "zero_variance": True}]


@pytest.mark.parametrize("method, shaped, expected", [
    ("grpo", [], False),  # works on the rewards, which vary
    ("skew_r", [], True),  # works on the outcomes, which are all 0
    ("skew_r", ["--shape-rewards"], False),
])
def test_zero_variance_is_of_what_the_method_works_on(method, shaped, expected):
    text = lines_of({"rewards": [0.1, 0.5]})
    line, = results(compute("--method", method, *shaped, "--local", "--success-threshold", 0.9,
                            stdin=text))
    assert line["c"] == 0 and line["zero_variance"] is expected


def test_constant_tolerance_decides_zero_variance():
    text = lines_of({"rewards": [0.5, 0.5001]})
    for tolerance, expected in ((0, False), (0.001, True)):
        line, = results(compute("--method", "grpo", "--local", "--constant-tolerance", tolerance,
                                stdin=text))
        assert line["zero_variance"] is expected


def test_numbers_meet_limits_of_the_same_spelling():
    line, = results(compute("--method", "rloo", "--local", "--success-threshold", 0.7,
                            stdin=lines_of({"rewards": [0.7, 0.7, 0.7, 0.2]})))
    assert line["c"] == 3
    line, = results(compute("--method", "rloo", "--local", "--constant-tolerance", 0.2,
                            stdin=lines_of({"rewards": [0.3, 0.1]})))
    assert line["zero_variance"] is True and line["advantages"] == [0, 0]


def test_incomplete_groups_get_what_is_asked_for_and_are_counted():
    text = lines_of({"rewards": [1, 0, 0, 1]}, {"rewards": [1, 0]}, {"rewards": [1]})
    flags = ["--method", "dr_grpo", "--local", "--expected-group-size", 4, "--declared-small-group"]
    for policy, advantage in (("zero", 0), ("raw", 1), ("clamp_k", 0)):
        found = compute(*flags, policy, stdin=text)
        assert [line["advantages"] for line in results(found)] == [[0.5, -0.5, -0.5, 0.5], [0.5, -0.5], [advantage]]
        assert "2 groups declare fewer than 4 responses; declared_small_group applied" in found.stderr
    refused = compute(*flags, "error", stdin=text)
    assert refused.returncode == 1 and "line 2: rewards: has 2 responses; expected_group_size is 4" in refused.stderr


def test_flags_reach_the_request():
    text = lines_of({"rewards": [1, 0, 0, 1], "valid": [True, False, False, False]})
    for policy, advantage in (("zero", 0), ("raw", 1), ("clamp_k", 1)):
        line, = results(compute("--method", "pass_at_k_reinforce", "-p", "k=2", "--local",
                                "--small-group", policy, stdin=text))
        assert line["advantages"] == [advantage, 0, 0, 0]
    shaped = lines_of({"rewards": [0.1, 0.5], "outcomes": [0, 0]})
    plain, zeroed = (results(compute("--method", "grpo", "--local", *flags, stdin=shaped))[0]
                     for flags in ([], ["--zero-unless-mixed"]))
    assert plain["advantages"] == [-1, 1] and zeroed["advantages"] == [0, 0]


def test_run_is_a_field_of_the_request():
    text = lines_of({"rewards": [1, 0]})
    assert results(compute("--method", "rloo", "--local", "--run", "a-1_b", stdin=text))
    refused = compute("--method", "rloo", "--local", "--run", "A", stdin=text)
    assert refused.returncode == 1 and 'run: "A"' in refused.stderr


def test_environment_names_the_server(server):
    text = lines_of({"rewards": [1, 0]})
    environment = {"ADVANTAGED_SERVER": server[1]}
    assert results(compute("--method", "rloo", stdin=text, environment=environment))
    # The environment is a default: the flags contradict neither it nor each other.
    environment = {"ADVANTAGED_SERVER": "127.0.0.1:1"}
    assert results(compute("--method", "rloo", "--local", stdin=text, environment=environment))
    assert results(compute("--method", "rloo", "--server", server[0], stdin=text,
                           environment=environment))


def test_blank_lines_and_a_missing_last_newline_are_fine():
    text = '\n{"rewards":[1,0]}\r\n  \n{"rewards":[0,1]}'
    assert [line["advantages"] for line in results(
        compute("--method", "rloo", "--local", stdin=text))] == [[1, -1], [-1, 1]]


def test_a_file_may_follow_a_parameter(tmp_path):
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"rewards":[1,0]}\n', encoding="utf-8")
    process = advctl("compute", "--local", "--method", "pass_at_k_rloo", "-p", "k=1", batch)
    assert process.returncode == 0, process.stderr
    assert [group["advantages"] for group in results(process)] == [[1, -1]]


def test_table():
    process = compute("--method", "grpo", "--local", "--output", "table", "--pass-at", "1,8", DATA)
    assert process.returncode == 0
    output = process.stdout
    assert "… and 472 more; --output jsonl prints all" in output
    assert "492 groups, 4920 responses" in output
    assert "all fail 113 (23 %)   mixed 86 (17.5 %)   all pass 293 (59.6 %)" in output
    assert "method        grpo ddof=0 epsilon=0" in output
    assert max(map(len, output.splitlines())) <= 100


def test_warnings_go_to_stderr():
    text = lines_of(*([{"rewards": [1, 0], "valid": [True, False]}] * 3))
    process = compute("--method", "grpo", "--local", stdin=text)
    assert process.returncode == 0 and process.stderr.count("warning: 3 groups") == 1


def test_ping_and_info(server):
    for address in server:
        ping = advctl("ping", "--server", address)
        assert ping.returncode == 0 and f"at {address}: round trip" in ping.stdout
        info = advctl("info", "--server", address)
        assert info.returncode == 0 and "max request bytes" in info.stdout
    assert "numerics version    2" in advctl("info", "--local").stdout


STAGED = lines_of({"rewards": [1, 2], "lengths": [1, 3]}, {"rewards": [3, 6], "lengths": [0, 4]})


@pytest.mark.parametrize("stages, expected", [
    (["center"], [-2, -1, 0, 3]),
    (["center,tokens"], [-2.875, -1.875, -0.875, 2.125]),
    (["center", "clip=-1:2"], [-1, -1, 0, 2]),
    (["clip=:4", "center"], [-1.5, -0.5, 0.5, 1.5]),
    (["scale,ddof=1,epsilon=1"], [1 / (1 + (14 / 3)**0.5) * r for r in (1, 2, 3, 6)]),
    (["scale,rewards,epsilon=2,inside_root"], [r / (14 / 4 + 2)**0.5 for r in (1, 2, 3, 6)]),
])
def test_stages_run_over_all_lines_in_the_order_typed(server, stages, expected):
    flags = [flag for stage in stages for flag in ("--stage", stage)]
    answers = [results(compute("--method", "reinforce", *flags, *where, stdin=STAGED))
               for where in (["--local"], ["--server", server[0]])]
    assert answers[0] == answers[1]
    advantages = [a for line in answers[0] for a in line["advantages"]]
    assert advantages == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("stage", ["centre", "clip=1", "clip=a:1", "scale,ddof=3", "center,rewards",
                                   "scale,epsilon=", ""])
def test_a_stage_that_is_none_is_wrong_usage(stage):
    done = compute("--method", "reinforce", "--stage", stage, "--local", stdin=STAGED)
    assert done.returncode == 2 and "expected center" in done.stderr


def test_centering_is_refused_where_the_mean_means_something():
    arguments = ["--method", "pass_at_k_grpo", "-p", "k=2", "--stage", "center", "--local"]
    done = compute(*arguments, stdin=lines_of({"rewards": [1, 0]}))
    assert done.returncode == 1 and "stages[0].center" in done.stderr
    assert compute(*arguments, "--allow-recentering", stdin=lines_of({"rewards": [1, 0]})).returncode == 0
