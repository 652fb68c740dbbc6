"""What `compute` reads: several files, groups a line, and responses a line."""

import json
import os
import subprocess
import threading

import pytest

from programs import ADVCTL, PATIENCE, compute, lines_of, results

P, Q = {"group": "p", "rewards": [1, 0]}, {"group": "q", "rewards": [0, 0, 1, 1]}


def files_of(folder, *texts):
    paths = [folder / f"{name}.jsonl" for name in "abc"[:len(texts)]]
    for path, text in zip(paths, texts):
        path.write_text(text, encoding="utf-8")
    return paths


def rows_of(*rows):
    """(group, reward), further keys as a dictionary."""
    return lines_of(*({"group": group, "reward": reward, **dict(*more)} for group, reward, *more in rows))


def test_several_files_are_one_input_in_their_order(tmp_path):
    whole = compute("--method", "grpo", "--local", stdin=lines_of(P, Q, {"rewards": [0.5, 2]}))
    paths = files_of(tmp_path, lines_of(P), "", lines_of(Q, {"rewards": [0.5, 2]}))
    several = compute("--method", "grpo", "--local", *paths)
    assert several.returncode == 0, several.stderr
    assert several.stdout == whole.stdout and whole.stdout.count("\n") == 3
    with_stdin = compute("--method", "grpo", "--local", paths[0], "-", stdin=lines_of(Q, {"rewards": [0.5, 2]}))
    assert with_stdin.stdout == whole.stdout


def test_a_fault_in_several_files_names_file_and_line(tmp_path):
    first, second = files_of(tmp_path, lines_of(P), "\n" + lines_of(Q, P))
    process = compute("--method", "grpo", "--local", first, second)
    assert process.returncode == 1 and process.stdout == ""
    assert f'{second} line 3: group ("p"): the same group as on {first} line 1' in process.stderr
    second.write_text(lines_of(Q, {"rewards": [1, 2, 3], "group": "x"}).replace("2", "1e39"), encoding="utf-8")
    refused = compute("--method", "grpo", "--local", first, second)
    assert f"{second} line 2 (x): rewards[1]: inf is not finite" in refused.stderr
    table = compute("--method", "grpo", "--local", "--output", "table", *files_of(tmp_path, *[lines_of({"rewards": [1, 0]})] * 2))
    assert f"{first} line 1 " in table.stdout and f"{second} line 1 " in table.stdout


def test_files_are_looked_at_before_anything_is_computed(tmp_path):
    good, = files_of(tmp_path, lines_of(P))
    for bad, message in ((tmp_path / "none", "cannot read"), (tmp_path, "is a folder")):
        process = compute("--method", "grpo", "--local", good, bad)
        assert process.returncode == 1 and process.stdout == "" and f"{message}" in process.stderr
    assert compute("--method", "grpo", "--local", "-", "-", stdin=lines_of(P)).returncode == 2


def test_a_named_pipe_is_opened_once_and_in_its_turn(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([ADVCTL, "compute", "--method", "grpo", "--local", "-", pipe], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        # More than a pipe holds: to be written, it must be read, which is after the look at all files.
        stdin = threading.Thread(target=process.stdin.write, args=(lines_of(P) + "\n" * 2**20,), daemon=True)
        stdin.start()
        stdin.join(PATIENCE)
        if stdin.is_alive():
            process.kill()
        assert not stdin.is_alive(), "standard input is not read: the pipe was opened before its turn"
        process.stdin.close()
        pipe.write_text(lines_of(Q), encoding="utf-8")
        found = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    assert [row["group"] for row in found] == ["p", "q"]


def test_rows_of_a_group_may_stand_anywhere_and_come_back_in_order(server):
    rows = rows_of(("p", 1), ("q", 0), ("q", 0), ("p", 0), ("q", 1), (7, 3), ("q", 1), (7, 3.5))
    by_group = results(compute("--method", "grpo", "--local", stdin=lines_of(P, Q, {"rewards": [3, 3.5]})))
    p, q, r = (iter(group["advantages"]) for group in by_group)
    expected = [next(x) for x in (p, q, q, p, q, r, q, r)]
    for where in (["--local"], ["--server", server[0]]):
        found = results(compute("--method", "grpo", *where, stdin=rows))
        assert [row.pop("advantage") for row in found] == expected
        assert found == [json.loads(row) for row in rows.splitlines()]


def test_rows_have_outcomes_masks_and_lengths():
    groups = lines_of({"rewards": [0.1, 0.2, 0.9, None], "outcomes": [0, 0, 1, 0],
                       "valid": [True, True, True, False], "lengths": [5, 6, 7, 8]})
    rows = rows_of(("p", 0.1, {"outcome": 0, "length": 5}), ("p", 0.2, {"outcome": False, "length": 6, "valid": True}),
                   ("p", 0.9, {"outcome": True, "length": 7}), ("p", None, {"outcome": 0, "length": 8, "valid": False}))
    for method in ("skew_r", "opo"):
        group, = results(compute("--method", method, "--local", stdin=groups))
        found = results(compute("--method", method, "--local", stdin=rows))
        assert [row["advantage"] for row in found] == group["advantages"]
    table = compute("--method", "skew_r", "--local", "--output", "table", stdin=rows).stdout
    assert "1 group, 3 responses (and 1 masked)" in table


@pytest.mark.parametrize("key", ["response", "trajectory"])
def test_rows_that_share_a_response_are_one_response(server, key):
    rows = rows_of(("p", 1, {key: "r1"}), ("p", 1, {key: "r1"}), ("p", 1, {key: "r1"}), ("p", 0, {key: "r2"}),
                   ("q", 1, {key: "r1"}), ("q", 0, {key: 2}))
    for where in (["--local"], ["--server", server[1]]):
        found = results(compute("--method", "dr_grpo", *where, stdin=rows))
        assert [row["advantage"] for row in found] == [.5, .5, .5, -.5, .5, -.5]


@pytest.mark.parametrize("rule, rewards, expected", [
    ("last", [(None, 1), (None, 1), (1, 1), (None, 2), (0, 2)], [.5, .5, .5, -.5, -.5]),
    ("equal_or_error", [(None, 1), (1, 1), (None, 2), (0, 2), (None, 1)], [.5, .5, -.5, -.5, .5]),
    ("sum", [(1, 1), (None, 1), (.5, 1), (None, 2), (.5, 2)], [.5, .5, .5, -.5, -.5]),
])
def test_a_missing_reward_says_nothing_about_a_response_that_has_one(server, rule, rewards, expected):
    rows = rows_of(*(("p", reward, {"response": response}) for reward, response in rewards))
    for where in (["--local"], ["--server", server[0]]):
        found = results(compute("--method", f"dr_grpo trajectory_reward={rule}", *where, stdin=rows))
        assert [row["advantage"] for row in found] == expected


def test_a_masked_row_has_no_say_in_its_response():
    rows = rows_of(("p", 1, {"response": 1}), ("p", None, {"response": 1}), ("p", None, {"response": 1, "valid": False}),
                   ("p", 0, {"response": 2}))
    process = compute("--method", "dr_grpo trajectory_reward=last", "--local", stdin=rows)
    assert process.returncode == 1
    assert 'line 2: reward (null): the last row of response 1, which has to have one' in process.stderr
    found = results(compute("--method", "dr_grpo", "--local", stdin=rows))
    assert [row["advantage"] for row in found] == [.5, .5, 0, -.5]


def test_a_response_without_a_reward_is_refused_by_line():
    rows = rows_of(("p", 1, {"response": "a"}), ("p", 0, {"response": "b"}), ("p", None, {"response": "c"}))
    process = compute("--method", "dr_grpo", "--local", stdin=rows)
    assert process.returncode == 1
    assert 'line 3: reward (null): no row of response "c" has one; mask its rows with "valid"' in process.stderr


@pytest.mark.parametrize("reward", ["1e39", "-1e39"])
def test_a_masked_reward_may_be_beyond_float32_in_rows_and_in_groups(reward):
    found = results(compute("--method", "grpo", "--local", stdin=rows_of(("p", 1), ("p", 0)) +
                            f'{{"group":"p","reward":{reward},"valid":false}}\n'))
    assert [row["advantage"] for row in found] == [1, -1, 0]
    line, = results(compute("--method", "grpo", "--local", stdin=f'{{"rewards":[1,0,{reward}],"valid":[1,1,0]}}'))
    assert line["advantages"] == [1, -1, 0]


def test_true_and_false_are_rewards_of_rows():
    found = results(compute("--method", "dr_grpo", "--local", stdin=rows_of(("p", True), ("p", False))))
    assert [row["advantage"] for row in found] == [0.5, -0.5]


def test_a_reward_of_a_row_is_rounded_once():
    digits = "1.000000059604644775390625867"  # as a double it would round to 1
    rows = f'{{"group":"p","reward":{digits}}}\n{{"group":"p","reward":1}}\n'
    group = f'{{"rewards":[{digits},1]}}\n'
    found = results(compute("--method", "dr_grpo", "--local", stdin=rows))
    line, = results(compute("--method", "dr_grpo", "--local", stdin=group))
    assert [row["advantage"] for row in found] == line["advantages"] and line["advantages"][0] > 0


@pytest.mark.parametrize("second, message", [
    ('{"reward":1}', "line 2: group: missing"),
    ('{"group":"p","reward":"1"}', 'line 2: reward ("1"): must be a number, true or false'),
    ('{"group":"p","reward":null}', "line 2: reward (null): only a response"),
    ('{"group":null,"reward":1}', "line 2: group (null): must be a string or a whole number"),
    ('{"group":"p","reward":1,"valid":2}', "line 2: valid (2): must be true or false"),
    ('{"group":"p","reward":1,"length":-1}', "line 2: length (-1): must be a whole number"),
    ('{"group":"p","reward":1,"lenght":1}', 'line 2: unknown key "lenght"; known for a row are group, reward, outcome, '
     'valid, length, response, trajectory; did you mean "length"?'),
    ('{"group":"p","reward":1,"reward":0}', "line 2: reward: given twice"),
    ('{"group":"p","reward":1,', "line 2: not JSON: column 25: "),
    ('{"group":"p","reward":NaN}', 'line 2: reward (NaN): not JSON; write null, and false in "valid"'),
    ('["reward":1]', "line 2: not an object such as"),
    ('{"group":"p","reward":1,"outcome":1}', "line 2: outcome: given, but line 1 has none"),
    ('{"group":"p","reward":1,"response":1,"trajectory":1}', "line 2: trajectory: response is given, too"),
    ('{"rewards":[1,0]}', "line 2: a whole group, but line 1 is a response of its own"),
    ('{"group":"p","reward":1e39}', "line 2: reward (1e39): beyond float32"),
    ('{"group":"p","reward":1e400}', "line 2: reward (1e400): beyond float64"),
    ('{"group":"p","reward":[1]}', "line 2: reward ([]): must be a number"),
    ('{"group":"p","reward":1,"response":7}', "line 2: response: given, but line 1 has none"),
    ('{"group":"q","reward":1}', "line 2 (q): rewards: has 1 response"),
])
def test_a_bad_row_is_refused_by_line_key_and_value(second, message):
    process = compute("--method", "grpo", "--local", stdin=rows_of(("p", 1)) + second + "\n" + rows_of(("p", 0)))
    assert process.returncode == 1 and process.stdout == ""
    assert message in process.stderr


def test_what_the_service_refuses_of_a_row_is_said_of_its_line():
    process = compute("--method", "skew_r", "--local", stdin=rows_of(("p", 1), ("q", 1), ("p", 0.5), ("q", 0)))
    assert process.returncode == 1
    assert "line 3: reward: 0.5 is neither 0 nor 1, so the outcomes of line 1 (p) are unknown" in process.stderr


def test_a_row_among_groups_is_refused():
    process = compute("--method", "grpo", "--local", stdin=lines_of(P) + rows_of(("q", 1)))
    assert process.returncode == 1
    assert "line 2: a response of its own, but line 1 is a whole group; an input has the one or the other" in process.stderr
