"""The file of an audit: what a row may say, and that what cannot be read exits with 2 and names line, key and value."""

import json
import re

import numpy as np
import pytest

pytest.importorskip("advantaged_local", reason="the oldest packages are tested without the in-process core")
from advantaged.audit import read_batches  # noqa: E402
from audit_batches import command, lines  # noqa: E402

ROW = {"reward": 1, "advantage": 0, "group": 1}


def file(*rows):
    return "\n".join(row if isinstance(row, str) else json.dumps({**ROW, **row}) for row in rows)


@pytest.mark.parametrize("text, message", [
    ("", "no rows"), ("{", "line 1: no JSON"), ("3", "line 1: '3' is no object"),
    ("[" * 100_000, "line 1: no JSON: nested too deeply"), ('{"reward": 1, "reward": 0}', "'reward' is given twice"),
    ('{"reward": 1, "advantage": 0}', "line 1: no 'group'"), ('{"group": 1, "advantage": 0}', "line 1: no 'reward'"),
    (file({}, {"reward": "1"}), "line 2: reward is '1'; it must be a number"),
    (file({"reward": [1]}), "line 1: reward is [1]; it must be a number"),
    (file({"reward": None}), 'line 1: reward is None; it must be a number; null is for rows with "valid": false'),
    (file({"reward": 10 ** 400}), "it must be a number that a double can hold"),
    ('{"group": 1, "reward": ' + "9" * 5000 + "}", "line 1: no JSON"),
    (file({"advantage": True}), "line 1: advantage is True; it must be a number"),
    (file({"advantage": None}), "line 1: advantage is None; it must be a number"),
    (file({"advantge": 3}), "line 1: unknown key 'advantge'"),
    (file({"valid": "yes"}), "line 1: valid is 'yes'; it must be true or false"),
    (file({"valid": None}), "line 1: valid is None; it must be true or false"),
    (file({"outcome": 0.5}), "line 1: outcome is 0.5; it must be true or false"),
    (file({"outcome": None}), "line 1: outcome is None; it must be true or false"),
    (file({"length": 3}, {"length": -1}), "line 2: length is -1; it must be a whole number from 0 to 4294967295"),
    (file({"length": 2.5}), "line 1: length is 2.5; it must be a whole number"),
    (file({"length": "7"}), "line 1: length is '7'; it must be a number"),
    (file({"length": 2 ** 40}), "line 1: length is 1099511627776; it must be a whole number"),
    ('{"reward": 1, "group": 1, "length": NaN}', "line 1: length is nan; it must be a whole number"),
    (file({"step": 1}, {"step": "a"}), "line 2: step is 'a'; in the lines before it is a number"),
    (file({"step": "a"}, {}), "line 2: step is 0; in the lines before it is a text"),
    (file({"step": [1]}), "line 1: step is [1]; it must be a finite number or a text"),
    (file({"step": None}), "line 1: step is None; it must be a finite number or a text"),
    ('{"reward": 1, "group": 1, "step": NaN}', "line 1: step is nan; it must be a finite number"),
    (file({"group": None}), "line 1: group is None; it must be an id"),
    (file({"prompt": None}), "line 1: prompt is None; it must be an id"),
    (file({"step": True}), "line 1: step is True; it must be a finite number or a text"),
    (file({"rank": 0}, {}), "line 2: no 'rank', which is in 1 of the 2 rows of step 0; it must be in all or in none")], ids=lambda text: text[:60])
def test_what_cannot_be_read_exits_with_2_and_names_it(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read_batches(text.splitlines())
    done = command(text)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_file_in_another_encoding_exits_with_2_and_names_the_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(file({}).encode() + b'\n{"reward": 1, "group": "\xe9"}')
    with pytest.raises(ValueError, match="line 2: not UTF-8"):
        read_batches(path.read_bytes().splitlines())


def test_a_mark_before_the_first_row_is_no_part_of_it():
    assert len(read_batches([b"\xef\xbb\xbf" + file({}).encode()])) == 1


def test_masked_rows_need_no_reward_advantage_or_outcome():
    text = lines(reward=[1, None, 0], advantage=[1, None, -1], group=["a"] * 3, valid=[True, False, True],
                 outcome=[True, None, False])
    batch, = read_batches(text.splitlines())
    assert batch.valid.tolist() == [True, False, True]
    assert np.isnan(batch.rewards[1])
    assert batch.advantages.tolist() == [1, 0, -1]
    assert command(text).returncode == 0


def test_outcomes_of_shaped_rewards():
    text = lines(reward=[0.9, -0.1, -0.1, 0.7], advantage=[0.5, -0.5, -0.5, 0.5], group=["a"] * 4,
                 outcome=[True, False, 0, 1])
    assert command(text, "--method", "skew_r").returncode == 0


def test_rewards_may_be_true_and_false():
    assert command(lines(reward=[True, False], advantage=[1, -1], group=["a"] * 2)).returncode == 0


CHAT = [{"role": "system", "content": "Think."}, {"role": "user", "content": "2+2="}]
OTHER_ORDER = [{"content": "Think.", "role": "system"}, {"content": "2+2=", "role": "user"}]


@pytest.mark.parametrize("key", ["prompt", "group", "response"])
def test_chat_messages_are_ids_by_their_canonical_json(key):
    columns = {"reward": [1, 0, 0, 1], "advantage": [1, -1, -1, 1], "group": ["a"] * 4, "prompt": ["p"] * 4,
               "response": [0, 1, 2, 3]}
    columns[key] = [CHAT, OTHER_ORDER, CHAT, OTHER_ORDER] if key != "response" else [CHAT, [CHAT], {"a": CHAT}, 1.5]
    batch, = read_batches(lines(**columns).splitlines())
    found = {"prompt": batch.prompts, "group": batch.groups, "response": batch.responses}[key]
    assert len(set(found)) == (4 if key == "response" else 1)
    done = command(lines(**columns), "--output", "json")
    assert (done.returncode, done.stderr) == (0, "")


def test_ids_of_other_kinds_are_other_ids():
    groups = ["1", 1, [1], "[1]", True, "true", 1.5, "1.5", {"a": 1}, '{"a":1}']
    batch, = read_batches(lines(reward=[0] * 10, group=groups).splitlines())
    assert len(set(batch.groups)) == 10


def test_long_ids_are_kept_by_their_beginning_and_a_hash():
    text = "x" * 100_000
    batch, = read_batches(lines(reward=[0, 0, 0], group=[text, text, text + "y"]).splitlines())
    assert batch.groups[0] == batch.groups[1] != batch.groups[2]
    assert len(batch.groups[0]) < 100
    assert batch.groups[0].startswith("x" * 40 + "... ")


def test_steps_are_numbers_or_texts_in_their_order():
    def steps(*values):
        return [batch.step for batch in read_batches(lines(reward=[0] * len(values), group=[0] * len(values), step=values)
                                                      .splitlines())]
    assert steps(10, 2, 1.5, 2.0) == [1.5, 2, 10]
    assert steps("b", "a") == ["a", "b"]


def test_an_id_of_several_lines_is_shown_on_one():
    done = command(lines(reward=[1, 0], advantage=[3, 0], group=["a\n\x1b[31mb"] * 2))
    assert done.returncode == 1
    assert done.stdout.endswith(r"(step 0: a\n\x1b[31mb)" + "\n")


def test_ids_that_no_encoding_can_say_are_shown_all_the_same():
    text = '{"reward": 1, "advantage": 3, "group": "\\ud800"}\n{"reward": 0, "advantage": 0, "group": "\\ud800"}'
    for output in ("table", "json", "html"):
        done = command(text, "--output", output)
        assert (done.returncode, done.stderr) == (1, "")
        assert "ud800" in done.stdout
